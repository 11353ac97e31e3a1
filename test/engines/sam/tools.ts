import { lambdaImage, lambdaImageNeeds, makeLambdaImage } from './lambda-image.ts';
import {
  checkNeeds,
  dockerProblem,
  engineNeeds,
  installMissing,
  MachineError,
  type Note,
  noEngine,
  startEngine,
} from './machine.ts';
import { installSam, samFolder, samNeeds } from './sam-cli.ts';

/** What the SAM app is proved with. */
export interface SamTools {
  /** Folder of `sam`, `cfn-lint` and of the `python` that has SAM's translator. */
  readonly bin: string;
  /** Image of the runtime nodejs24.x. */
  readonly image: string;
}

/**
 * Puts on the machine what only its administrator can: as root, on Debian, it installs what is missing,
 * and it starts the Docker engine if none runs.
 * @throws MachineError that says what to install where it cannot
 */
export async function prepareMachine(note: Note): Promise<void> {
  checkPlatform();
  const needs = await Promise.all([engineNeeds(), samNeeds(), lambdaImageNeeds()]);
  await installMissing(needs.flat(), note);
  await startEngine(note);
}

/**
 * Makes what is not there yet, below `${XDG_CACHE_HOME:-~/.cache}/eventlake-tools` and in the Docker engine.
 * @throws MachineError that says in plain words what this machine lacks
 */
export async function makeTools(note: Note): Promise<SamTools> {
  checkPlatform();
  const problem = await dockerProblem();
  if (problem !== undefined) throw noEngine(problem);
  await checkNeeds((await Promise.all([samNeeds(), lambdaImageNeeds()])).flat());
  // One waits mostly for the network, the other for the compiler.
  await Promise.all([installSam(note), makeLambdaImage(note)]);
  return { bin: await samFolder(), image: lambdaImage };
}

function checkPlatform(): void {
  const { platform, arch } = process;
  if (platform === 'linux' && arch === 'x64') return;
  throw new MachineError(
    `\`npm run test:sam\` makes a container for Linux on x86_64, and this is ${platform} on ${arch}.`,
  );
}
