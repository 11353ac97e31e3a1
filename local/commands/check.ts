import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfNeeded } from '../build.ts';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import { stackOptions, stackOptionsIn } from '../stream/stack-options.ts';
import { loadStack, type StackOptions } from '../template/load-stack.ts';
import { readTemplate, TemplateError } from '../template/read-template.ts';
import { type Finding, validateStack, validateTemplate } from '../template/validate-stack.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { jsonOption } from '../terminal/options.ts';
import { counted, pathOf } from '../terminal/terminal.ts';

/** Says what is wrong in a template before CloudFormation does, by a rollback. */
export const check = defineCommand({
  name: 'check',
  summary: 'check the template before it is deployed',
  positionals: '[TEMPLATE]',
  description: [
    'Checks what linters do not know: what Firehose refuses of the stream, what has',
    'to agree between the templates, the function and its list of sources, and',
    'circles of resources that need each other. Reads template.yaml unless another',
    'is named; a nested template is looked for beside it. In a template without a',
    'stream it looks for circles only. The exit status is 1 where there is something',
    'to mend.',
  ],
  options: {
    ...stackOptions,
    json: jsonOption('print each finding as a JSON object: path, message, cure'),
  },
  example: `${invocationPrefix} check --parameter OutputFormat=parquet`,
  async run({ values, positionals: [file, ...others] }, terminal) {
    if (others.length > 0) throw new UsageError('Name one template.');
    const { stdout } = terminal;
    const options = stackOptionsIn(values);
    const name = file ?? 'template.yaml';
    const findings =
      file === undefined
        ? await findingsOfProject(options)
        : findingsIn(file, pathOf(terminal, file), options);
    if (values.json) {
      for (const finding of findings) await stdout.write(`${JSON.stringify(finding)}\n`);
    } else {
      for (const { path, message, cure } of findings) {
        await stdout.write(`${stdout.style('bold', path)}\n  ${message}\n  ${cure}\n\n`);
      }
      const count = findings.length === 0 ? 'nothing to mend' : counted(findings.length, 'finding');
      await stdout.write(`${name}: ${count}\n`);
    }
    return findings.length > 0 ? 1 : 0;
  },
});

async function findingsOfProject(options: StackOptions): Promise<Finding[]> {
  const stack = told(() => loadStack(options));
  return validateStack(stack, await buildIfNeeded());
}

function findingsIn(file: string, path: string, options: StackOptions): Finding[] {
  const url = pathToFileURL(path);
  try {
    const template = told(() => readTemplate(url));
    if (!hasStream(template)) return validateTemplate(template);
    const root = pathToFileURL(`${dirname(path)}/`);
    return validateStack(told(() => loadStack({ ...options, template, root })));
  } catch (error) {
    throw environmentErrorOf(error, 'read', file);
  }
}

const hasStream = ({ Resources }: ReturnType<typeof readTemplate>) =>
  Object.values(Resources).some(({ Type }) => Type === 'AWS::KinesisFirehose::DeliveryStream');

/** What cannot even be read or resolved is told in one sentence. */
function told<T>(reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    throw error instanceof TemplateError ? new EnvironmentError(`${error.message}.`) : error;
  }
}
