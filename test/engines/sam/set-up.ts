/**
 * Sets up what `npm run test:sam` runs on, once, and prints the folder of `sam`, `cfn-lint` and `python`. As root
 * on Debian it installs what the machine lacks; elsewhere it says what that is.
 */
import { MachineError } from './machine.ts';
import { makeTools, prepareMachine } from './tools.ts';

const note = (message: string) => console.error(message);
try {
  await prepareMachine(note);
  console.log((await makeTools(note)).bin);
} catch (error) {
  if (!(error instanceof MachineError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
