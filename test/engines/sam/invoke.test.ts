import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { invokeLocally } from './container-function.ts';
import {
  createWorker,
  lookUpMark,
  preparedProject,
  type Span,
  sampleFile,
  sampleInvocations,
  sampleRequest,
  sampleTags,
  timed,
  withoutLookUpTimes,
} from './fixture.ts';
import { stackOf } from './project.ts';
import { openServices, type Services } from './services.ts';

const project = preparedProject();
let services: Services;
beforeAll(async () => {
  services = await openServices(stackOf(project).stream.name, sampleTags());
});
afterAll(() => services?.close());

interface Response {
  readonly records: readonly {
    readonly recordId: string;
    readonly result: string;
    readonly data?: string;
  }[];
}

/** The answers with their rows as text, and a mark where they tell the moment of a look-up. */
const readable = (response: unknown, span: Span) =>
  (response as Response).records.map(({ data = '', ...others }) => ({
    ...others,
    text: withoutLookUpTimes(Buffer.from(data, 'base64').toString(), span),
  }));

/** Runs something, and gives what it asked EC2, too. */
async function watched<T>(work: () => Promise<T>) {
  const before = services.ec2.calls.length;
  const done = await timed(work);
  const asked = services.ec2.calls
    .slice(before)
    .map(({ action, region, filters }) => ({ action, region, filters }));
  return { ...done, asked };
}

describe('sam local invoke', () => {
  test.each(sampleInvocations)(
    'answers events/%s in the container as the bundle of npm run build does here',
    async (name) => {
      // Prepare
      const request = sampleRequest(name);
      const worker = createWorker(project, services);

      // Act: the same request, tags and variables, each on the real clock of its own moment.
      const container = await watched(() =>
        invokeLocally(project, sampleFile(name), services.inContainer),
      );
      const here = await watched(() => worker.invoke(JSON.stringify(request)));
      await worker.close();

      // Assess
      const answers = readable(container.result.answer, container.span);
      expect(answers).toEqual(readable(JSON.parse(here.result), here.span));
      expect(answers).toHaveLength(request.records.length);
      // The tags were looked up, by the same calls.
      expect(answers.filter(({ text }) => text.includes(lookUpMark))).not.toEqual([]);
      expect(container.asked).toEqual(here.asked);
      expect(container.asked).not.toEqual([]);
    },
  );

  test('tells who sends something else what an invocation is, and the line of our source that says so', async () => {
    const file = join(project.folder, '.aws-sam/wrong.json');
    writeFileSync(file, '{"Records":[]}');

    const { answer } = await invokeLocally(project, file, services.inContainer);

    expect(answer).toMatchObject({
      errorType: 'InvocationError',
      errorMessage: expect.stringMatching(/^The event is not an invocation by Firehose: /),
      trace: expect.arrayContaining([expect.stringMatching(/src\/transform\.ts:\d+/)]),
    });
  });
});
