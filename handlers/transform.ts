import { setTimeout } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import { configurationOf } from '../src/config.ts';
import type { Invocation, Response } from '../src/firehose/contract.ts';
import { firehosePut } from '../src/firehose/service.ts';
import { membersOf } from '../src/tags/client-config.ts';
import { ec2LookUp } from '../src/tags/ec2-look-up.ts';
import { tagFilterOf } from '../src/tags/tag-set.ts';
import { createTags } from '../src/tags/tags.ts';
import { metricsOf } from '../src/telemetry/metrics.ts';
import { bugsIn, failedRecordsIn, summaryOf } from '../src/telemetry/summary.ts';
import { transform } from '../src/transform.ts';

const logger = new Logger();
const metrics = new Metrics({ namespace: 'eventlake' });
const configuration = configurationOf(process.env);
const tags = createTags({
  lookUp: configuration.tagLookup === 'on' ? ec2LookUp() : undefined,
  members: membersOf(configuration),
  isKept: tagFilterOf(configuration.tagKeys),
});

const putBatch = firehosePut();

/** Firehose's transformation. middy's early time-out would throw, and so cost the whole batch. */
export const handler = middy<Invocation, Response>({ timeoutEarlyInMillis: 0 })
  .use(injectLambdaContext(logger))
  .handler(async (invocation, context) => {
    const transformed = await transform(
      invocation,
      { configuration, tags, putBatch },
      {
        now: Date.now,
        remainingMs: () => context.getRemainingTimeInMillis(),
        wait: setTimeout,
      },
    );
    const { response, outcomes } = transformed;
    const summary = summaryOf(invocation.records, transformed);
    for (const bug of new Set(bugsIn(transformed))) {
      logger.error('A bug failed a record or its tags', { bug });
    }
    for (const failed of failedRecordsIn(invocation.records, outcomes)) {
      logger.debug('Record failed', { ...failed });
    }
    logger.info('Batch transformed', { ...summary });
    for (const { name, value, code } of metricsOf(summary, configuration.metrics)) {
      const metric =
        code === undefined ? metrics : metrics.singleMetric().addDimension('code', code);
      metric.addMetric(name, MetricUnit.Count, value);
    }
    // It would warn of every batch that has nothing to tell.
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    return response;
  });
