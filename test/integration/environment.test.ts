import { describe, expect, test } from '@jest/globals';
import { checkParameter } from '../../local/template/check-parameter.ts';
import { type Parameter, readTemplate } from '../../local/template/read-template.ts';
import { resolveTemplate } from '../../local/template/resolve-template.ts';
import { configurationOf } from '../../src/config.ts';

/**
 * "Quotas" (AWS Lambda Developer Guide): 4 KB for all environment variables of a function together. Its refusal
 * quotes what it measured, the JSON of names and values.
 */
const maxEnvironmentBytes = 4 * 1024;

const times = (count: number, text: string) => Array(count).fill(text);
const distinct = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => String(index).padStart(length, 'a'));

/** The longest value that a parameter takes, as JSON has it, and one that is longer by a little. */
type Longest = Readonly<Record<string, readonly [longest: string | number, longer?: string]>>;

const lists: Longest = {
  PartitionSources: [distinct(41, 24).join(), `${distinct(41, 24).join()},a`],
  // Four bytes a character, which JavaScript counts as two and CloudFormation as one.
  TagKeys: ['\u{10400}'.repeat(64), '\u{10400}'.repeat(65)],
};
/** Twice the units of TagKeys above: what CloudFormation counts as 128 characters. */
const unseenBytes = 64 * 4;

const ofTransform: Longest = {
  ...lists,
  MaxDaysLate: [7],
  UnknownRecords: ['keep'],
  TrustedSources: [`${times(2, 'a'.repeat(255)).join()}a`, times(2, 'a'.repeat(256)).join()],
  TagLookup: ['off'],
  MemberRole: ['a'.repeat(64), 'a'.repeat(65)],
  MemberAccounts: [times(64, '123456789012').join(), times(65, '123456789012').join()],
  OrganizationId: [`o-${'a'.repeat(32)}`, `o-${'a'.repeat(33)}`],
  Metrics: ['alarmed'],
  LogLevel: ['DEBUG'],
};
const ofHistory: Longest = {
  ...lists,
  TrailBucket: ['a'.repeat(63), 'a'.repeat(64)],
  TrailPrefix: [`${'a'.repeat(199)}/`, `${'a'.repeat(200)}/`],
  TrailBucketOwner: ['123456789012', '1234567890123'],
  LakeBucket: ['a'.repeat(63), 'a'.repeat(64)],
  FirstDay: ['2026-01-01', '12026-01-01'],
  OutputFormat: ['parquet'],
  AlsoRead: ['parquet'],
  // No list and no bound: a number that somebody means has fewer digits.
  MaxFiles: [Number.MAX_SAFE_INTEGER],
  MaxGigabytes: [Number.MAX_SAFE_INTEGER],
  LogLevel: ['DEBUG'],
};

const functions = [
  ['template.yaml', 'TransformFunction', ofTransform],
  ['history.yaml', 'HistoryFunction', ofHistory],
] as const;

const project = new URL('../../', import.meta.url);
const read = (file: string) => readTemplate(new URL(file, project));

describe.each(functions)('The environment of the function of %s', (file, id, longest) => {
  const template = read(file);
  const parameters = template.Parameters ?? {};

  test('has every value of the table above from a parameter, and no other', () => {
    const variables = JSON.stringify(template.Resources[id]?.Properties?.Environment);
    const named = variables.matchAll(/"Ref":"(\w+)"|\$\{(\w+)\}/g);
    const used = Array.from(named, ([, ref, inText]) => String(ref ?? inText));

    expect(used.filter((name) => Object.hasOwn(parameters, name)).toSorted()).toEqual(
      Object.keys(longest).toSorted(),
    );
  });

  test.each(Object.entries(longest))('takes no longer %s', (name, [value, longer]) => {
    const check = (given: string | number) => () =>
      checkParameter(name, parameters[name] as Parameter, given);

    expect(check(value)).not.toThrow();
    if (longer !== undefined) expect(check(longer)).toThrow(name);
  });

  test('fits into what Lambda takes where every parameter is as long as it may be', () => {
    const values = Object.fromEntries(
      Object.entries(longest).map(([name, [value]]) => [name, value]),
    );
    // "CreateStack" (AWS CloudFormation API Reference): a stack's name has at most 128 characters.
    const place = { stackName: 's'.repeat(128), account: '123456789012', region: 'eu-west-1' };
    const { resources } = resolveTemplate(template, values, place, read);
    const { Variables = {} } = (resources[id]?.Properties.Environment ?? {}) as {
      readonly Variables?: Readonly<Record<string, string | number>>;
    };
    const environment: Readonly<Record<string, string>> = {
      ...Object.fromEntries(
        Object.entries(Variables).map(([name, value]) => [name, String(value)]),
      ),
      // CloudFormation shortens what it names to what IAM takes.
      ...(Variables.OWN_ROLE !== undefined && { OWN_ROLE: 'r'.repeat(64) }),
    };

    const bytes = Buffer.byteLength(JSON.stringify(environment)) + unseenBytes;
    expect(bytes).toBeLessThanOrEqual(maxEnvironmentBytes);
    // It is no test of an empty environment.
    expect(bytes).toBeGreaterThan(maxEnvironmentBytes / 2);
    if (file === 'template.yaml') expect(() => configurationOf(environment)).not.toThrow();
  });
});
