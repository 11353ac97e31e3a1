import type { FunctionBuild } from './function-builds.ts';
import { functionBuilds } from './function-builds.ts';
import type { Properties, Template } from './read-template.ts';
import { readTemplate, TemplateError } from './read-template.ts';
import type { ParameterOverrides, ResolvedStack } from './resolve-template.ts';
import { resolveTemplate } from './resolve-template.ts';

/** A Lambda function of the stack, as far as running it on this machine goes. */
export interface StackFunction extends FunctionBuild {
  readonly name: string;
  readonly environment: { readonly [name: string]: string };
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

/** The delivery stream of the stack. */
export interface StackStream {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Its properties as CloudFormation would hand them to Firehose. */
  readonly properties: Properties;
}

/** The whole application, resolved: what the templates say, for use on this machine. */
export interface Stack extends ResolvedStack {
  /** template.yaml as it is written. */
  readonly template: Template;
  readonly stream: StackStream;
  readonly functions: readonly StackFunction[];
  /** The nested stack of lake.yaml: Glue tables and views, Athena workgroup. */
  readonly lake: ResolvedStack;
}

export interface StackOptions {
  /** Values of template parameters, as `sam deploy --parameter-overrides` takes them. */
  readonly parameters?: ParameterOverrides;
  readonly region?: string;
  readonly account?: string;
  readonly stackName?: string;
  /** The project's folder. */
  readonly root?: URL;
  /** Taken instead of the folder's template.yaml. */
  readonly template?: Template;
}

/** Where the stack is, unless told otherwise. */
export const defaultRegion = 'eu-west-1';
export const defaultAccount = '123456789012';

const projectRoot = new URL('../../', import.meta.url);

/**
 * Reads template.yaml and lake.yaml and fills in everything that CloudFormation would: parameters
 * are checked as they are there, conditions decided, references resolved to made-up names. The
 * same templates and options give the same stack.
 * @throws TemplateError that names the parameter, or the path in the template, and what is wrong
 * @example
 * const { stream, functions } = loadStack({ parameters: { DeliverySeconds: 60 } });
 * stream.properties.ExtendedS3DestinationConfiguration // { Prefix, BufferingHints, … }
 * functions[0].environment.PARTITION_SOURCES // 'aws.apigateway,aws.athena,…'
 */
export function loadStack({
  parameters = {},
  region = defaultRegion,
  account = defaultAccount,
  stackName = 'eventlake',
  root = projectRoot,
  template: given,
}: StackOptions = {}): Stack {
  const read = (file: string) => readTemplate(new URL(file, root));
  const template = given ?? read('template.yaml');
  const resolved = resolveTemplate(template, parameters, { stackName, account, region }, read);
  const idsOfType = (type: string) =>
    Object.keys(resolved.resources).filter((id) => resolved.resources[id]?.Type === type);

  const streams = idsOfType('AWS::KinesisFirehose::DeliveryStream').map((logicalId) => ({
    logicalId,
    name: resolved.names[logicalId]?.ref ?? '',
    arn: resolved.names[logicalId]?.attributes.Arn ?? '',
    properties: resolved.resources[logicalId]?.Properties ?? {},
  }));
  const functions = functionBuilds(template)
    .filter(({ logicalId }) => Object.hasOwn(resolved.resources, logicalId))
    .map((build) => stackFunction(build, resolved));
  return {
    ...resolved,
    template,
    functions,
    stream: only(streams, 'delivery stream'),
    lake: only(Object.values(resolved.nested), 'nested stack'),
  };
}

function stackFunction(build: FunctionBuild, { resources, names }: ResolvedStack): StackFunction {
  const properties = resources[build.logicalId]?.Properties ?? {};
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Properties };
  return {
    ...build,
    name: names[build.logicalId]?.ref ?? '',
    environment: Object.fromEntries(
      Object.entries(Variables).map(([name, value]) => [name, String(value)]),
    ),
    // What Lambda takes where the template says nothing.
    memoryMb: Number(properties.MemorySize ?? 128),
    timeoutSeconds: Number(properties.Timeout ?? 3),
  };
}

function only<T>(found: readonly T[], what: string): T {
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new TemplateError(`template.yaml: has ${found.length} of what it needs one: ${what}`);
  }
  return first;
}
