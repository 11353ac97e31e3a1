import { readFileSync } from 'node:fs';
import type { Node } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** What a template is made of. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Properties = { readonly [key: string]: Value };

/** A parameter as the template declares it. */
export interface Parameter {
  readonly Type: string;
  readonly Description?: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly MinLength?: number;
  readonly MaxLength?: number;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly Metadata?: Properties;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** A template as it is written, with every intrinsic in its long form (`Ref`, `Fn::Sub`, …). */
export interface Template {
  readonly Transform?: Value;
  readonly Description?: string;
  readonly Parameters?: { readonly [name: string]: Parameter };
  readonly Mappings?: Properties;
  readonly Conditions?: Properties;
  readonly Resources: { readonly [logicalId: string]: Resource };
  readonly Outputs?: {
    readonly [name: string]: {
      readonly Value: Value;
      readonly Description?: string;
      readonly Condition?: string;
    };
  };
}

/** A template, or a parameter given to it, is not as CloudFormation would take it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * Reads a template's YAML, with CloudFormation's short tags (`!Ref x` is `{ Ref: x }`).
 *
 * Source: AWS CloudFormation User Guide, "Template formats" (YAML 1.1 without aliases and
 * timestamps, so an unquoted `on` is true here as it is there) and "Intrinsic function reference".
 * @param name what errors call it
 * @throws TemplateError that names file and line
 */
export function parseTemplate(text: string, name: string): Template {
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          tag !== 'timestamp' && !(typeof tag === 'object' && tag.tag.endsWith(':timestamp')),
      ),
    // CloudFormation's own tags are read below, not resolved by the parser.
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) throw new TemplateError(`${name}: ${error.message}`);
  const template = toValue(document.contents, name) as unknown as Template;
  if (typeof template?.Resources !== 'object') throw new TemplateError(`${name}: no Resources`);
  return template;
}

/** Reads a template file. @throws TemplateError that names file and line */
export function readTemplate(file: URL): Template {
  return parseTemplate(readFileSync(file, 'utf8'), file.pathname.replace(/^.*\//, ''));
}

function toValue(node: unknown, name: string): Value {
  if (node === null) return null;
  const { tag } = node as Node;
  const value = toPlainValue(node, name);
  if (typeof tag !== 'string' || !tag.startsWith('!')) return value;
  const intrinsic = tag.slice(1);
  if (intrinsic === 'Ref' || intrinsic === 'Condition') return { [intrinsic]: value };
  if (intrinsic === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.');
    return { 'Fn::GetAtt': [value.slice(0, dot), value.slice(dot + 1)] };
  }
  return { [`Fn::${intrinsic}`]: value };
}

/** A key is text, also where it looks like something else: `Y` is no boolean there. */
const keyOf = (key: unknown) => (isScalar(key) ? (key.source ?? String(key.value)) : String(key));

function toPlainValue(node: unknown, name: string): Value {
  if (isAlias(node)) {
    throw new TemplateError(`${name}: *${node.source}: CloudFormation takes no YAML aliases`);
  }
  if (isSeq(node)) return node.items.map((item) => toValue(item, name));
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [keyOf(pair.key), toValue(pair.value, name)]),
    );
  }
  if (!isScalar(node)) return null;
  // By the letter of YAML 1.1 a lone dot is a number; SAM reads it as text.
  return node.source === '.' ? '.' : (node.value as Value);
}
