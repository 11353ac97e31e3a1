import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';

const logger = new Logger();

/** The least that a function of this make does: what there is of a cold start without anything of ours. */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .handler(async () => {
    logger.info('Nothing done');
    return { records: [] };
  });
