import { describe, expect, test } from '@jest/globals';
import { invocationOf } from '../../../local/terminal/command.ts';
import { run } from '../../support/command-fixture.ts';

const names = ['demo', 'put', 'query', 'overview', 'restore', 'replay', 'invocation', 'check'];

describe('The tool', () => {
  test.each(['--help', '-h', 'help'])('shows all commands at %s', async (word) => {
    const { status, stdout } = await run([word]);

    expect(status).toBe(0);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
  });

  test('shows the same where nothing was typed, which is no success', async () => {
    const { status, stdout } = await run([]);

    expect(status).toBe(2);
    expect(stdout).toContain('Usage:');
  });

  test.each(names)('has help and an example for %s', async (name) => {
    const { status, stdout, stderr } = await run([name, '--help'], { dataFolder: '/data' });

    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Usage: npx eventlake /);
    expect(stdout).toMatch(/\nExample:\n {2}npx eventlake /);
    const [text = '', example = ''] = stdout.split('\nExample:\n');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(example.trimEnd()).not.toContain('\n');
  });

  test.each(names.filter((name) => name !== 'demo'))('takes --json for %s', async (name) => {
    const { stdout } = await run([name, '--help'], { dataFolder: '/data' });

    expect(stdout).toMatch(/^ {2}--json /m);
  });

  test.each(['--version', '-v'])('says its version at %s', async (word) => {
    const { status, stdout } = await run([word]);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    ['npx eventlake', 'file:///clone/local/terminal/command.ts', {}],
    ['npx eventlake', 'file:///package/bundle/cli.js', { npm_command: 'exec' }],
    ['eventlake', 'file:///package/bundle/cli.js', {}],
  ])('is called by %s from %s', (name, module, env) => {
    expect(invocationOf(module, env)).toBe(name);
  });

  test('takes --help behind -- for an argument', async () => {
    const { stderr } = await run(['put', '--', '--help']);

    expect(stderr).toBe('Cannot read --help: there is no such file.\n');
  });
});

describe('What cannot be meant', () => {
  test.each([
    [['qery'], 'There is no command qery. Did you mean query?'],
    [['frobnicate'], 'There is no command frobnicate.'],
    [
      ['--lake', 'x'],
      'The command comes first, then its options: there is no option --lake before it.',
    ],
    [['put', '--lak', 'x'], 'put has no option --lak. Did you mean --lake?'],
    [['put', '--frobnicate'], 'put has no option --frobnicate.'],
    [['put', '-x'], 'put has no option -x.'],
    [['put', '--lake'], 'The option --lake needs a value.'],
    [['put', '--lake', '--json'], 'The option --lake needs a value.'],
    [['put', '--lake='], '--lake needs the name of a folder.'],
    [['put', '--json=yes'], 'The option --json takes no value.'],
    [['put'], 'There is nothing to read: name a FILE or FOLDER, or pipe events into it.'],
    [['put', '-', '-'], 'Standard input can be read once: give one -.'],
    [['put', '--arrival', 'soon', '-'], '--arrival is soon, but has to be event or now.'],
    [
      ['put', '--parameter', 'Stuff', '-'],
      '--parameter is Stuff, but has to be of the form Name=Value.',
    ],
    [['put', '--account', '12', '-'], '--account is 12, but has to be twelve digits.'],
    [['put', '--region', 'here', '-'], '--region is here, but has to be a name like eu-west-1.'],
    [['query'], 'There is nothing to ask.'],
    [['put', ''], 'The name of a file or folder is empty.'],
    [['query', 'SELECT', '1'], 'A name, or SQL, has to be one argument.'],
    [['restore', 'lake'], 'restore takes no FILE: name the lake as --lake lake.'],
    [
      ['restore', '--since', '2026-13-01'],
      '--since is 2026-13-01, but has to be a day like 2026-11-20.',
    ],
    [
      ['restore', '--until', '2026-02-30'],
      '--until is 2026-02-30, but has to be a day like 2026-11-20.',
    ],
    [['demo', 'x'], 'demo takes no FILE: put puts yours.'],
    [['invocation', '--out=', '-'], '--out needs the name of a file.'],
  ])('%j is answered in a sentence', async (args, sentence) => {
    const { status, stdout, stderr } = await run(args);

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')[0]).toBe(sentence);
  });
});
