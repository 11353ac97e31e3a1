import { cpus } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measureColdStarts, tableOf } from './cold-start.ts';
import { preparedProject, sampleRequest, sampleTags } from './fixture.ts';
import { stackOf } from './project.ts';
import { openServices, type Services } from './services.ts';

const project = preparedProject();
let services: Services;
beforeAll(async () => {
  services = await openServices(stackOf(project).stream.name, sampleTags());
});
afterAll(() => services?.close());

/** AWS Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle": init phase. */
const initLimitMs = 10_000;

test('a cold start ends long before Lambda gives it up', async () => {
  const request = sampleRequest('all-samples.json');
  const [runs, warmInvocations] = [5, 10];

  const timings = await measureColdStarts(project, {
    runs,
    warmInvocations,
    variables: services.inContainer,
    requestJson: JSON.stringify(request),
  });

  const machine = `${cpus()[0]?.model}, ${cpus().length} processors`;
  const what = `${runs} containers each with 1 + ${warmInvocations} invocations of ${request.records.length} events, tags looked up by the first: median (least to most)`;
  process.stdout.write(`\n${machine}; ${what}\n\n${tableOf(timings)}\n\n`);
  expect(timings).toHaveLength(3);
  for (const { initMs } of timings) expect(initMs.most).toBeLessThan(initLimitMs / 2);
});
