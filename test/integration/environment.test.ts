import { describe, expect, test } from '@jest/globals';
import { checkParameter } from '../../local/template/check-parameter.ts';
import { loadStack } from '../../local/template/load-stack.ts';
import type { Parameter } from '../../local/template/read-template.ts';
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
const longest: Readonly<Record<string, readonly [longest: string | number, longer?: string]>> = {
  PartitionSources: [distinct(41, 24).join(), `${distinct(41, 24).join()},a`],
  MaxDaysLate: [7],
  UnknownRecords: ['keep'],
  TrustedSources: [`${times(2, 'a'.repeat(255)).join()}a`, times(2, 'a'.repeat(256)).join()],
  TagLookup: ['off'],
  // Four bytes a character, which JavaScript counts as two and CloudFormation as one.
  TagKeys: ['\u{10400}'.repeat(64), '\u{10400}'.repeat(65)],
  MemberRole: ['a'.repeat(64), 'a'.repeat(65)],
  MemberAccounts: [times(64, '123456789012').join(), times(65, '123456789012').join()],
  OrganizationId: [`o-${'a'.repeat(32)}`, `o-${'a'.repeat(33)}`],
  Metrics: ['alarmed'],
  LogLevel: ['DEBUG'],
};

const { template } = loadStack();
const { Variables: variables = {} } = (template.Resources.TransformFunction?.Properties
  ?.Environment ?? {}) as {
  readonly Variables?: Readonly<Record<string, { readonly Ref?: string } | string>>;
};

/** Twice the units of TagKeys above: what CloudFormation counts as 128 characters. */
const unseenBytes = 64 * 4;

describe('The environment of the function', () => {
  test('has every value of the table below from one parameter', () => {
    const parameters = Object.values(variables)
      .map((value) => (typeof value === 'string' ? undefined : value.Ref))
      .filter((name) => Object.hasOwn(template.Parameters ?? {}, String(name)));

    expect(parameters.toSorted()).toEqual(Object.keys(longest).toSorted());
  });

  test.each(Object.entries(longest))('takes no longer %s', (name, [value, longer]) => {
    const check = (given: string | number) => () =>
      checkParameter(name, template.Parameters?.[name] as Parameter, given);

    expect(check(value)).not.toThrow();
    if (longer !== undefined) expect(check(longer)).toThrow(name);
  });

  test('fits into what Lambda takes where every parameter is as long as it may be', () => {
    const parameters = Object.fromEntries(
      Object.entries(longest).map(([name, [value]]) => [name, value]),
    );
    const { functions } = loadStack({
      // "CreateStack" (AWS CloudFormation API Reference): a stack's name has at most 128 characters.
      stackName: 's'.repeat(128),
      parameters,
    });
    const environment = {
      ...functions[0]?.environment,
      // CloudFormation shortens what it names to what IAM takes.
      OWN_ROLE: 'r'.repeat(64),
    };

    const bytes = Buffer.byteLength(JSON.stringify(environment)) + unseenBytes;
    expect(bytes).toBeLessThanOrEqual(maxEnvironmentBytes);
    // It is no test of an empty environment.
    expect(bytes).toBeGreaterThan(maxEnvironmentBytes / 2);
    expect(() => configurationOf(environment)).not.toThrow();
  });
});
