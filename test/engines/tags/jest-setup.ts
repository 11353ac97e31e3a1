import { installMoto } from './moto.ts';

/** Installs moto if it is not there, and tells the tests where. */
export default async function setUp(): Promise<void> {
  const note = (message: string) => process.stderr.write(`[moto] ${message}\n`);
  process.env.EVENTLAKE_TEST_MOTO = await installMoto(note);
}
