import type { ParameterValue } from './check-parameter.ts';
import { checkParameter } from './check-parameter.ts';
import type { Resolved, Scope } from './intrinsics.ts';
import {
  failure,
  memberOf,
  noValue,
  resolveText,
  resolveTruth,
  resolveValue,
} from './intrinsics.ts';
import type { PhysicalIds } from './physical-ids.ts';
import { hasPhysicalIds, physicalIds } from './physical-ids.ts';
import type { Properties, Resource, Template, Value } from './read-template.ts';
import { TemplateError } from './read-template.ts';

/** Where and as what a stack is thought to be deployed. */
export interface Deployment {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
}

/** A resource of a stack whose conditions hold, with nothing left to resolve. */
export interface ResolvedResource extends Resource {
  readonly Properties: Properties;
}

/** A stack as CloudFormation would make it: every parameter, condition and intrinsic filled in. */
export interface ResolvedStack {
  readonly parameters: { readonly [name: string]: ParameterValue };
  readonly conditions: { readonly [name: string]: boolean };
  readonly resources: { readonly [logicalId: string]: ResolvedResource };
  /** What `Ref` and `Fn::GetAtt` give for them, of the types that physical-ids.ts knows. */
  readonly names: { readonly [logicalId: string]: PhysicalIds };
  readonly outputs: { readonly [name: string]: Value };
  /** The stacks nested in it, by logical id. */
  readonly nested: { readonly [logicalId: string]: ResolvedStack };
}

/** Parameter values as somebody gives them, on a command line or from a parent stack. */
export type ParameterOverrides = { readonly [name: string]: string | number };

/** @throws TemplateError for a value of a parameter that is not declared, or of another form */
function parametersOf(
  { Parameters = {} }: Template,
  overrides: ParameterOverrides,
): Record<string, ParameterValue> {
  const unknown = Object.keys(overrides).find((name) => !Object.hasOwn(Parameters, name));
  if (unknown !== undefined) {
    const known = Object.keys(Parameters).sort().join(', ');
    throw new TemplateError(`There is no parameter ${unknown}. There are ${known}`);
  }
  return Object.fromEntries(
    Object.entries(Parameters).map(([name, parameter]) => {
      const given = overrides[name] ?? parameter.Default;
      if (given === undefined) throw new TemplateError(`Parameter ${name} has no value`);
      return [name, checkParameter(name, parameter, given)];
    }),
  );
}

/** The partition of Regions that begin so, and its domain. */
const partitions = {
  'cn-': ['aws-cn', 'amazonaws.com.cn'],
  'us-gov-': ['aws-us-gov', 'amazonaws.com'],
  'eusc-': ['aws-eusc', 'amazonaws.eu'],
} as const;

const placeOf = (region: string) =>
  Object.entries(partitions).find(([start]) => region.startsWith(start))?.[1] ??
  (['aws', 'amazonaws.com'] as const);

const partitionOf = (region: string) => placeOf(region)[0];

/** Source: AWS CloudFormation User Guide, "Get AWS values using pseudo parameters". */
function pseudoParametersOf({ stackName, account, region }: Deployment): Record<string, Resolved> {
  const [partition, urlSuffix] = placeOf(region);
  return {
    'AWS::AccountId': account,
    'AWS::NoValue': noValue,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/00000000-0000-0000-0000-000000000000`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': urlSuffix,
  };
}

/**
 * Resolves a template as CloudFormation would: parameters, conditions, intrinsics, nested stacks.
 * What AWS would only know after creation (names, ARNs) is made up by physical-ids.ts, in the forms
 * that AWS uses. The same input gives the same stack.
 * @param nested gives the template of a nested application's `Location`
 * @throws TemplateError that names the path of what cannot be resolved, such as
 *   `Resources.Stream.Properties.Prefix: …`
 */
export function resolveTemplate(
  template: Template,
  overrides: ParameterOverrides,
  deployment: Deployment,
  nested: (location: string) => Template,
): ResolvedStack {
  const pseudoParameters = pseudoParametersOf(deployment);
  const parameters = parametersOf(template, overrides);
  const conditions: Record<string, boolean> = {};
  const resources: Record<string, ResolvedResource> = {};
  const names: Record<string, PhysicalIds> = {};
  const outputs: Record<string, Value> = {};
  const stacks: Record<string, ResolvedStack> = {};

  const scope: Scope = {
    ref: (name, path) => pseudoParameters[name] ?? parameters[name] ?? namesOf(name, path).ref,
    attribute(logicalId, name, path) {
      const found = name.startsWith('Outputs.')
        ? stackOf(logicalId, path).outputs[name.slice('Outputs.'.length)]
        : namesOf(logicalId, path).attributes[name];
      if (found === undefined) throw failure(path, `${logicalId} has no attribute ${name}`);
      return found;
    },
    condition(name, path) {
      const written = template.Conditions?.[name];
      if (written === undefined) throw failure(path, `there is no condition ${name}`);
      conditions[name] ??= once(`condition ${name}`, path, () =>
        resolveTruth(written, `Conditions.${name}`, scope),
      );
      return conditions[name];
    },
    mappings: template.Mappings ?? {},
  };

  /** What is being resolved just now, so that a circle is an error and no endless loop. */
  const open = new Set<string>();
  function once<T>(what: string, path: string, work: () => T): T {
    if (open.has(what)) throw failure(path, `${what} depends on itself`);
    open.add(what);
    const result = work();
    open.delete(what);
    return result;
  }

  /** A resource that is made: it exists, and its condition holds. */
  function madeResource(logicalId: string, path: string): Resource {
    const resource = template.Resources[logicalId];
    if (!resource) throw failure(path, `there is no parameter or resource ${logicalId}`);
    if (resource.Condition !== undefined && !scope.condition(resource.Condition, path)) {
      throw failure(path, `${logicalId} is not made, its condition ${resource.Condition} is false`);
    }
    return resource;
  }

  function namesOf(logicalId: string, path: string): PhysicalIds {
    const { Type, Properties } = madeResource(logicalId, path);
    names[logicalId] ??= once(`the name of ${logicalId}`, path, () => {
      const property = (name: string) => {
        const value = name.split('.').reduce<Value | undefined>(memberOf, Properties);
        const at = `Resources.${logicalId}.Properties.${name}`;
        return value === undefined ? undefined : resolveText(value, at, scope);
      };
      const partition = partitionOf(deployment.region);
      const made = physicalIds(Type, { logicalId, property, partition, ...deployment });
      if (made) return made;
      throw failure(path, `physical-ids.ts does not know the names of ${Type} (${logicalId}) yet`);
    });
    return names[logicalId];
  }

  function stackOf(logicalId: string, path: string): ResolvedStack {
    const { Type, Properties = {} } = madeResource(logicalId, path);
    if (Type !== 'AWS::Serverless::Application') {
      throw failure(path, `${logicalId} is no nested stack`);
    }
    stacks[logicalId] ??= once(`the stack ${logicalId}`, path, () => {
      const at = `Resources.${logicalId}.Properties`;
      const location = resolveText(Properties.Location ?? null, `${at}.Location`, scope);
      const given = resolveValue(Properties.Parameters ?? {}, `${at}.Parameters`, scope);
      const inner = { ...deployment, stackName: `${deployment.stackName}-${logicalId}` };
      return resolveTemplate(nested(location), given as ParameterOverrides, inner, nested);
    });
    return stacks[logicalId];
  }

  for (const name of Object.keys(template.Conditions ?? {})) {
    scope.condition(name, `Conditions.${name}`);
  }
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const path = `Resources.${logicalId}`;
    if (resource.Condition !== undefined && !scope.condition(resource.Condition, path)) continue;
    if (resource.Type === 'AWS::Serverless::Application') stackOf(logicalId, path);
    else if (hasPhysicalIds(resource.Type)) namesOf(logicalId, path);
    const Properties = resolveValue(resource.Properties ?? {}, `${path}.Properties`, scope);
    resources[logicalId] = { ...resource, Properties: Properties as Properties };
  }
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    const path = `Outputs.${name}`;
    if (output.Condition !== undefined && !scope.condition(output.Condition, path)) continue;
    const value = resolveValue(output.Value, path, scope);
    if (value !== noValue) outputs[name] = value;
  }
  return { parameters, conditions, resources, names, outputs, nested: stacks };
}
