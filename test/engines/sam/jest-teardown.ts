import { removeProject } from './project.ts';

/** Removes what the setup has made, and what a test that failed has left running on it. */
export default async function tearDown(): Promise<void> {
  if (globalThis.eventlakeSam) await removeProject(globalThis.eventlakeSam);
}
