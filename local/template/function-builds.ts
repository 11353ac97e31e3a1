import { basename, extname } from 'node:path';
import type { Properties, Resource, Template, Value } from './read-template.ts';
import { TemplateError } from './read-template.ts';

/** How a function's bundle is made, as template.yaml says: `npm run build` and `sam build` both read it. */
export interface FunctionBuild {
  readonly logicalId: string;
  /** The source file that the build starts from, relative to the project, and what it exports. */
  readonly handler: { readonly file: string; readonly export: string };
  /** Name of the file that the build makes of it, such as `transform.mjs`. */
  readonly bundle: string;
  /** What esbuild is told, in SAM's spelling. */
  readonly properties: BuildProperties;
}

/**
 * `Metadata.BuildProperties` of a function.
 *
 * Source: AWS SAM Developer Guide, "Building Node.js Lambda functions with esbuild".
 */
export interface BuildProperties {
  readonly EntryPoints: readonly string[];
  readonly [name: string]: string | boolean | readonly string[];
}

/**
 * The builds of every function of a template.
 * @throws TemplateError for a function that is not built by esbuild, or not from its handler's file
 */
export function functionBuilds(template: Template): FunctionBuild[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Serverless::Function')
    .map(([logicalId, resource]) => functionBuild(logicalId, resource));
}

function functionBuild(logicalId: string, { Metadata, Properties }: Resource): FunctionBuild {
  const fail = (path: string, problem: string) =>
    new TemplateError(`Resources.${logicalId}.${path}: ${problem}`);

  if (Metadata?.BuildMethod !== 'esbuild') throw fail('Metadata.BuildMethod', 'is not esbuild');
  const properties = Metadata.BuildProperties;
  if (!isBuildProperties(properties)) {
    throw fail('Metadata.BuildProperties', 'holds anything but texts, booleans and lists of texts');
  }

  const handler = String(Properties?.Handler);
  const dot = handler.lastIndexOf('.');
  const file = properties.EntryPoints.find(
    (entry) => withoutExtension(entry) === handler.slice(0, dot),
  );
  if (file === undefined) {
    throw fail('Properties.Handler', `${handler} is in none of the EntryPoints`);
  }
  return {
    logicalId,
    handler: { file, export: handler.slice(dot + 1) },
    bundle: basename(withoutExtension(file)) + outExtension(properties),
    properties,
  };
}

const withoutExtension = (file: string) => file.slice(0, file.length - extname(file).length);

/** `OutExtension: [.js=.mjs]` → `.mjs`. */
function outExtension({ OutExtension = [] }: BuildProperties): string {
  const [own] = [OutExtension].flat().filter((entry) => String(entry).startsWith('.js='));
  return own === undefined ? '.js' : String(own).slice('.js='.length);
}

function isBuildProperties(value: Value | undefined): value is Properties & BuildProperties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isTexts = (member: Value | undefined) =>
    Array.isArray(member) && member.every((item) => typeof item === 'string');
  return (
    isTexts((value as Properties).EntryPoints) &&
    Object.values(value).every((m) => typeof m === 'string' || typeof m === 'boolean' || isTexts(m))
  );
}
