import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { dependenciesOf, findCycles } from '../../local/template/dependencies.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { type ParameterOverrides, resolveTemplate } from '../../local/template/resolve-template.ts';
import { historyConfigurationOf } from '../../src/trail/configuration.ts';
import { isOwnObject, objectKey, partitionFolder } from '../../src/trail/layout.ts';
import { rightsOf, trustsOf } from '../support/policies.ts';

const root = new URL('../../', import.meta.url);
const template = readTemplate(new URL('history.yaml', root));
const main = readTemplate(new URL('template.yaml', root));
const text = readFileSync(new URL('history.asl.json', root), 'utf8');
const definition = JSON.parse(text);

const account = '123456789012';
const given = { TrailBucket: 'trail', LakeBucket: 'lake', FirstDay: '2021-01-01' };
const stackWith = (parameters: ParameterOverrides = {}) =>
  resolveTemplate(
    template,
    { ...given, ...parameters },
    { stackName: 'history', account, region: 'eu-west-1' },
    () => {
      throw new Error('nothing is nested in it');
    },
  );

/** Properties of a resource, as the template has them. */
const propertiesOf = <T>(id: string) => (template.Resources[id]?.Properties ?? {}) as unknown as T;

const variablesOf = (parameters?: ParameterOverrides) => {
  const { Environment = {} } = stackWith(parameters).resources.HistoryFunction?.Properties ?? {};
  const { Variables = {} } = Environment as { Variables?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [name, String(value)]),
  );
};

describe('history.yaml', () => {
  test('gives the function what it understands', () => {
    const { trail, lake, sources, maxFiles, maxBytes, reads } = historyConfigurationOf(
      variablesOf({ TrailPrefix: 'our trail/', TrailBucketOwner: '111122223333', MaxGigabytes: 5 }),
    );

    expect({ trail, lake }).toEqual({
      trail: { bucket: 'trail', prefix: 'our trail/', owner: '111122223333' },
      lake: { bucket: 'lake', prefix: '', owner: account },
    });
    expect({ maxFiles, maxBytes, reads }).toEqual({
      maxFiles: 10_000_000,
      maxBytes: 5e9,
      reads: { firstDay: '2021-01-01', json: true },
    });
    expect(sources.size).toBeGreaterThan(30);
  });

  test('takes the values of the own stack that it names, in the same forms', () => {
    const shared = ['PartitionSources', 'TagKeys', 'OutputFormat', 'AlsoRead', 'LogLevel'];
    const forms = (from: typeof template) =>
      shared.map((name) => {
        const { AllowedPattern, AllowedValues, Default } = from.Parameters?.[name] ?? {};
        return { name, AllowedPattern, AllowedValues, Default };
      });

    expect(forms(template)).toEqual(forms(main));
  });

  test('has no circle, which only a deploy would show', () => {
    expect(findCycles(dependenciesOf(template))).toEqual([]);
  });

  test('lets the function read the trail, write its own objects, and delete no others', () => {
    const rights = rightsOf(stackWith()).HistoryRole ?? [];
    const pairs = rights.map(({ Action, Resource }) => `${Action} ${Resource}`);

    const rows = 'arn:aws:s3:::lake/events/json/source=*/day=*/files-*.json.gz';
    const failures = 'arn:aws:s3:::lake/errors/type=file-failed/day=*/files-*.json.gz';
    expect(pairs.filter((pair) => pair.startsWith('s3:')).sort()).toEqual(
      [
        `s3:DeleteObject ${failures}`,
        `s3:DeleteObject ${rows}`,
        's3:DeleteObject arn:aws:s3:::lake/parts/begun/*',
        's3:GetObject arn:aws:s3:::lake/parts/*',
        's3:GetObject arn:aws:s3:::trail/*',
        's3:ListBucket arn:aws:s3:::lake',
        's3:ListBucket arn:aws:s3:::trail',
        `s3:PutObject ${failures}`,
        `s3:PutObject ${rows}`,
        's3:PutObject arn:aws:s3:::lake/parts/*',
      ].sort(),
    );
    // What the function itself takes for its own is what it may delete.
    const key = objectKey(partitionFolder('aws.s3', '2024-02-01'), '0123456789abcdef0123', 7);
    const pattern = new RegExp(
      `^${rows.slice('arn:aws:s3:::lake/'.length).replaceAll('*', '.*')}$`,
    );
    expect([isOwnObject(key), pattern.test(key)]).toEqual([true, true]);
  });

  test('uses keys only where they are named', () => {
    const key = `arn:aws:kms:eu-west-1:${account}:key/0a1b2c3d`;
    const kms = (parameters: ParameterOverrides) =>
      Object.values(rightsOf(stackWith(parameters)))
        .flat()
        .filter(({ Action }) => String(Action).startsWith('kms:'))
        .map(({ Action, Resource }) => [Action, Resource]);

    expect(kms({})).toEqual([]);
    expect(kms({ TrailKmsKeyArn: key })).toEqual([['kms:Decrypt', key]]);
  });

  test('lets the state machine start nothing but itself and the function', () => {
    const stack = stackWith();
    const rights = rightsOf(stack).StatesRole ?? [];
    const trusts = trustsOf(stack).StatesRole ?? [];

    const wide = rights
      .filter(({ Resource }) => Resource === '*')
      .map(({ Action }) => String(Action));
    expect(wide.filter((action) => !action.startsWith('logs:'))).toEqual([
      'lambda:GetAccountSettings',
    ]);
    expect(rights.filter(({ Action }) => Action === 'lambda:InvokeFunction')).toHaveLength(1);
    expect(rights.filter(({ Action }) => Action === 'states:StartExecution')).toHaveLength(1);
    expect(trusts).toEqual([
      expect.objectContaining({
        Principal: { Service: 'states.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    ]);
  });

  test('substitutes all that the definition names, and no more', () => {
    const named = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    const { DefinitionSubstitutions } = propertiesOf<{ DefinitionSubstitutions: object }>(
      'History',
    );

    expect(Object.keys(DefinitionSubstitutions).sort()).toEqual([...named].sort());
  });
});

/** What nobody here wrote says of a definition. */
const errorsOf = (of: object): string[] => {
  const validate = createRequire(import.meta.url)('asl-validator');
  const { isValid, errors } = validate(of);
  return isValid ? [] : errors.map((error: { readonly message?: string }) => String(error.message));
};

describe('The state machine', () => {
  // SAM puts names of resources there, which have to look like ARNs.
  const filled = JSON.parse(text.replaceAll(`\${Partition}`, 'aws'));

  test('is one by the rules of the language', () => {
    expect(errorsOf(filled)).toEqual([]);
    const { Sum, ...others } = filled.States;
    expect(errorsOf({ ...filled, States: others })).not.toEqual([]);
    expect(Sum).toBeDefined();
  });

  test('runs parts as executions of their own that no five minutes end, and few at a time', () => {
    const { Parts } = definition.States;

    expect(Parts).toMatchObject({
      Type: 'Map',
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
      MaxConcurrencyPath: '$.concurrency',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Sum' }],
    });
    expect(template.Parameters?.MaxConcurrency).toMatchObject({ Default: 50 });
    // A child that the function's time-out ends is not left to wait.
    const { TimeoutSeconds } = Parts.ItemProcessor.States.Part;
    const { Timeout } = propertiesOf<{ Timeout: number }>('HistoryFunction');
    expect(TimeoutSeconds).toBeGreaterThan(Timeout);
  });

  test('tries what may pass again, later each time and not all at once, and what was refused never', () => {
    const retries: { ErrorEquals: string[]; MaxAttempts: number; JitterStrategy?: string }[] =
      definition.States.Parts.ItemProcessor.States.Part.Retry;

    expect(retries.map(({ ErrorEquals, MaxAttempts }) => [ErrorEquals, MaxAttempts > 0])).toEqual([
      [['RefusedError'], false],
      [['Lambda.TooManyRequestsException'], true],
      [['States.ALL'], true],
    ]);
    expect(retries.slice(1).map(({ JitterStrategy }) => JitterStrategy)).toEqual(['FULL', 'FULL']);
  });

  test('ends in time, and well only where the sum says so', () => {
    expect(definition.TimeoutSeconds).toBe(7 * 24 * 60 * 60);
    expect(definition.States['Complete?']).toMatchObject({
      Choices: [{ Variable: '$.result.sum.isComplete', BooleanEquals: true, Next: 'Complete' }],
      Default: 'Incomplete',
    });
    expect(definition.States.Incomplete.Type).toBe('Fail');
  });
});
