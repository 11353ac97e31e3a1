import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The pipeline with which Sigma's rules become SQL over cloudtrail_logs. */
export const sigmaPipeline = fileURLToPath(
  new URL('../../athena/sigma/cloudtrail.yml', import.meta.url),
);

/** What `sigma convert` makes of a rule: SQL, or the reason why not. */
export type Converted = { readonly sql: string } | { readonly refused: string };

/**
 * Makes SQL of a Sigma rule.
 * @param command the program `sigma` of sigma-cli, a name or a path
 * @param file the rule
 * @throws Error with code ENOENT where there is no such program
 */
export async function convertSigma(command: string, file: string): Promise<Converted> {
  const args = ['convert', '--target', 'sqlite', '--pipeline', sigmaPipeline, file];
  const { code, stdout, stderr } = await outputOf(command, args);
  const sql = stdout.trim();
  if (code === 0 && sql !== '') return { sql };
  // The program says first what it does, then the reason, then where.
  const reason =
    /Error while converting: (.+)/.exec(stderr) ??
    /Error: (.+)/.exec(stderr) ??
    /(.*)\s*$/.exec(stderr);
  return { refused: (reason?.[1] ?? '').replace(/ in \S+$/, '') };
}

interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function outputOf(command: string, args: readonly string[]): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (some: string) => {
        text[name] += some;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
