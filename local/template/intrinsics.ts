import type { Properties, Value } from './read-template.ts';
import { TemplateError } from './read-template.ts';

/** Stands for `AWS::NoValue`: its place in a list or object is left out. */
export const noValue = Symbol('AWS::NoValue');
export type Resolved = Value | typeof noValue;

/** What the names in a template mean. Each throws a TemplateError, with the path, for one that means nothing. */
export interface Scope {
  /** `Ref`: a parameter, a pseudo parameter or a resource. */
  ref(name: string, path: string): Resolved;
  /** `Fn::GetAtt`, also of a nested stack's `Outputs.Name`. */
  attribute(logicalId: string, name: string, path: string): Resolved;
  condition(name: string, path: string): boolean;
  readonly mappings: Properties;
}

/**
 * Resolves every intrinsic in a value.
 *
 * Source: AWS CloudFormation User Guide, "Intrinsic function reference".
 * @param path where the value stands, for errors
 * @throws TemplateError that starts with the path of what cannot be resolved
 */
export function resolveValue(value: Value, path: string, scope: Scope): Resolved {
  if (Array.isArray(value)) {
    return value
      .map((member, i) => resolveValue(member, `${path}.${i}`, scope))
      .filter((member) => member !== noValue);
  }
  if (value === null || typeof value !== 'object') return value;
  const object = value as Properties;
  const name = intrinsicIn(object);
  if (name !== undefined) {
    const intrinsic = intrinsics[name];
    if (!intrinsic) throw failure(path, `${name} cannot be resolved here`);
    return intrinsic(object[name] ?? null, path, scope);
  }
  const members: Record<string, Value> = {};
  for (const [key, member] of Object.entries(object)) {
    const resolved = resolveValue(member, `${path}.${key}`, scope);
    if (resolved !== noValue) members[key] = resolved;
  }
  return members;
}

/** Resolves a value that has to be a text, or a number or boolean that is written as one. */
export function resolveText(value: Value, path: string, scope: Scope): string {
  const resolved = resolveValue(value, path, scope);
  if (['string', 'number', 'boolean'].includes(typeof resolved)) return String(resolved);
  throw failure(path, `is no text: ${JSON.stringify(value)}`);
}

/** Resolves a value that has to be a condition. */
export function resolveTruth(value: Value, path: string, scope: Scope): boolean {
  const resolved = resolveValue(value, path, scope);
  if (typeof resolved === 'boolean') return resolved;
  throw failure(path, `is no condition: ${JSON.stringify(value)}`);
}

export const failure = (path: string, problem: string) => new TemplateError(`${path}: ${problem}`);

type Intrinsic = (value: Value, path: string, scope: Scope) => Resolved;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (value, path, scope) => scope.ref(String(value), path),
  Condition: (value, path, scope) => scope.condition(String(value), path),
  'Fn::GetAtt': (value, path, scope) => {
    const [logicalId, name] = args(value, path, 2);
    return scope.attribute(String(logicalId), resolveText(name ?? null, path, scope), path);
  },
  'Fn::Sub': (value, path, scope) => {
    const [text, variables] = Array.isArray(value) ? args(value, path, 1, 2) : [value, {}];
    return String(text).replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) =>
      literal ? `\${${name}}` : substitute(name, variables as Properties, path, scope),
    );
  },
  'Fn::Join': (value, path, scope) => {
    const [delimiter, members] = args(value, path, 2);
    return list(members, path, scope)
      .map((member, i) => resolveText(member, `${path}.${i}`, scope))
      .join(String(delimiter));
  },
  'Fn::Split': (value, path, scope) => {
    const [delimiter, source] = args(value, path, 2);
    return resolveText(source ?? null, path, scope).split(String(delimiter));
  },
  'Fn::Select': (value, path, scope) => {
    const [index, members] = args(value, path, 2);
    const member = list(members, path, scope)[Number(resolveText(index ?? null, path, scope))];
    if (member === undefined) throw failure(path, `has no member ${JSON.stringify(index)}`);
    return member;
  },
  'Fn::Base64': (value, path, scope) =>
    Buffer.from(resolveText(value, path, scope)).toString('base64'),
  'Fn::FindInMap': (value, path, scope) => {
    const keys = args(value, path, 3).map((key) => resolveText(key, path, scope));
    const found = keys.reduce<Value | undefined>(memberOf, scope.mappings);
    if (found === undefined) throw failure(path, `no mapping ${keys.join('.')}`);
    return found;
  },
  'Fn::If': (value, path, scope) => {
    const [name, yes, no] = args(value, path, 3);
    const chosen = scope.condition(String(name), path) ? yes : no;
    return resolveValue(chosen ?? null, path, scope);
  },
  'Fn::Equals': (value, path, scope) => {
    const [left, right] = args(value, path, 2).map((side) => resolveText(side, path, scope));
    return left === right;
  },
  'Fn::Not': (value, path, scope) =>
    !args(value, path, 1).every((member) => resolveTruth(member, path, scope)),
  'Fn::And': (value, path, scope) =>
    args(value, path, 2, 10).every((member) => resolveTruth(member, path, scope)),
  'Fn::Or': (value, path, scope) =>
    args(value, path, 2, 10).some((member) => resolveTruth(member, path, scope)),
};

/** The name of the intrinsic that an object is: `Ref`, `Fn::…`, or `Condition` with a name. */
function intrinsicIn(object: Properties): string | undefined {
  const [name, ...others] = Object.keys(object);
  if (name === undefined || others.length > 0) return undefined;
  if (name === 'Ref' || name.startsWith('Fn::')) return name;
  // A part of a policy may hold a lone `Condition` too, but that one is an object.
  return name === 'Condition' && typeof object[name] === 'string' ? name : undefined;
}

/** What stands for `${name}` in a text. */
function substitute(name: string, own: Properties, path: string, scope: Scope): string {
  const variable = own[name];
  if (variable !== undefined) return resolveText(variable, `${path}.${name}`, scope);
  const dot = name.indexOf('.');
  const found =
    dot < 0
      ? scope.ref(name, path)
      : scope.attribute(name.slice(0, dot), name.slice(dot + 1), path);
  if (typeof found === 'string' || typeof found === 'number') return String(found);
  throw failure(path, `\${${name}} is no text`);
}

/** The arguments of an intrinsic that takes `least` to `most` of them. */
function args(value: Value, path: string, least: number, most = least): readonly Value[] {
  if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
  throw failure(path, `takes ${least === most ? least : `${least} to ${most}`} arguments`);
}

function list(value: Value | undefined, path: string, scope: Scope): readonly Value[] {
  const resolved = resolveValue(value ?? null, path, scope);
  if (Array.isArray(resolved)) return resolved;
  throw failure(path, `is no list: ${JSON.stringify(value)}`);
}

/** A member of an object, undefined where there is no such object or member. */
export const memberOf = (value: Value | undefined, key: string): Value | undefined =>
  value !== null && typeof value === 'object' ? (value as Properties)[key] : undefined;
