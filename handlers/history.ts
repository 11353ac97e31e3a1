import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { storageAt } from '../src/storage/location.ts';
import { tagFilterOf } from '../src/tags/tag-set.ts';
import { historyConfigurationOf } from '../src/trail/configuration.ts';
import { trailLimits } from '../src/trail/limits.ts';
import { PartTimeError } from '../src/trail/run-part.ts';
import { stepIn, takeStep } from '../src/trail/steps.ts';

const logger = new Logger();
const configuration = historyConfigurationOf(process.env);
const trail = await storageAt(configuration.trail);
const lake = await storageAt(configuration.lake);
const isKept = tagFilterOf(configuration.tagKeys);

/** What an invocation keeps back to end in order, in milliseconds. */
const reserveMs = 10_000;

/** One step of history: its months, the plan of a month, the manifest, a part, the sum. */
export const handler = middy({ timeoutEarlyInMillis: 0 })
  .use(injectLambdaContext(logger))
  .handler(async (request: unknown, context) => {
    const step = stepIn(request);
    const answer = await takeStep(step, {
      ...configuration,
      trail: trail.storage,
      prefix: trail.prefix,
      lake: lake.storage,
      isKept,
      limits: trailLimits,
      checkTime() {
        if (context.getRemainingTimeInMillis() < reserveMs) {
          throw new PartTimeError('The part did not end in time; it has to be run again.');
        }
      },
      onBug: (bug) => logger.error('A bug failed a record', { bug }),
    });
    logger.info('Step taken', { step: step.step, ...answer });
    return answer;
  });
