import { constants } from 'node:os';
import { MachineError } from './machine.ts';
import { buildProject, copyProject, type Project, removeProject } from './project.ts';
import { makeTools } from './tools.ts';

declare global {
  /** What the teardown of the run has to remove. */
  var eventlakeSam: Project | undefined;
}

/** Makes the tools if they are not there, and a fresh copy of the project with its builds. */
export default async function setUp(): Promise<void> {
  const note = (message: string) => process.stderr.write(`[sam] ${message}\n`);
  const tools = await makeTools(note).catch((error: unknown) => {
    if (!(error instanceof MachineError)) throw error;
    // In plain words, without Jest's frame.
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  const project = await copyProject(tools);
  globalThis.eventlakeSam = project;
  removeWhenBrokenOff(project);
  try {
    await buildProject(project, note);
  } catch (error) {
    await removeProject(project);
    throw error;
  }
  process.env.EVENTLAKE_TEST_SAM = JSON.stringify(project);
}

/** Jest tears nothing down then. */
function removeWhenBrokenOff(project: Project): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      const status = 128 + constants.signals[signal];
      void removeProject(project).finally(() => process.exit(status));
    });
  }
}
