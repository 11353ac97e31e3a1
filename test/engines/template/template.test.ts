import { describe, expect, test } from '@jest/globals';
import { defaultAccount, defaultRegion, loadStack } from '../../../local/template/load-stack.ts';
import {
  type Properties,
  readTemplate,
  type Value,
} from '../../../local/template/read-template.ts';
import {
  type Deployment,
  type ParameterOverrides,
  type ResolvedResource,
  resolveTemplate,
} from '../../../local/template/resolve-template.ts';
import { type ApiRequest, requestsOf } from './requests.ts';
import { create, validate } from './second-opinion.ts';

// A second opinion on the templates: what CloudFormation would send is held against the services' own API
// models (botocore's), and made in moto as far as moto goes. Nobody here wrote either.

const stackName = 'eventlake';
const KmsKeyArn = `arn:aws:kms:${defaultRegion}:${defaultAccount}:key/0a1b2c3d-0000-4000-8000-000000000000`;
const AlarmTopicArn = `arn:aws:sns:${defaultRegion}:${defaultAccount}:alarms`;
const main = (parameters: ParameterOverrides) =>
  requestsOf(loadStack({ parameters, stackName }), stackName);

const members: ParameterOverrides = {
  EventBusName: 'orders',
  MemberRole: 'eventlake-member',
  MemberAccounts: '111122223333,444455556666',
  OrganizationId: 'o-a1b2c3d4e5',
  CreateTrail: 'true',
  TrailExpireDays: 400,
  DailyCall: 'true',
  Dashboard: 'true',
  AlarmTopicArn,
};

function stackOf(file: string, given: ParameterOverrides, place: Deployment): ApiRequest[] {
  const template = readTemplate(new URL(`../../../${file}`, import.meta.url));
  const none = () => {
    throw new Error('nothing is nested in it');
  };
  return requestsOf(resolveTemplate(template, given, place, none), place.stackName);
}

function historyStack(): ApiRequest[] {
  const given = {
    TrailBucket: 'trail-bucket',
    TrailKmsKeyArn: KmsKeyArn,
    LakeBucket: 'eventlake-bucket',
    LakeKmsKeyArn: KmsKeyArn,
    FirstDay: '2020-01-01',
  };
  const place = { stackName: 'history', account: defaultAccount, region: defaultRegion };
  return stackOf('history.yaml', given, place);
}

function memberStack(parameters: ParameterOverrides): ApiRequest[] {
  const { EventBusArn, FunctionRoleArn } = loadStack().outputs;
  const given = {
    TargetBusArn: String(EventBusArn),
    FunctionRoleArn: String(FunctionRoleArn),
    ...parameters,
  };
  const place = { stackName: 'member', account: '111122223333', region: defaultRegion };
  return stackOf('member.yaml', given, place);
}

/** Stacks that differ in what they are made of. */
const variants: readonly (readonly [what: string, requests: readonly ApiRequest[]])[] = [
  ['by default', main({})],
  ['that writes Parquet', main({ OutputFormat: 'parquet', AlsoRead: 'json' })],
  ['that went back to JSON', main({ OutputFormat: 'json', AlsoRead: 'parquet' })],
  [
    'with a key, and objects that move and go',
    main({
      KmsKeyArn,
      EventsStorageClass: 'GLACIER_IR',
      EventsExpireDays: 400,
      ErrorsExpireDays: 90,
      AlarmTopicArn,
    }),
  ],
  ['with members and a trail, on a bus of its own', main(members)],
  [
    'of member.yaml',
    memberStack({ AlarmTopicArn: AlarmTopicArn.replace(defaultAccount, '111122223333') }),
  ],
  ['of history.yaml', historyStack()],
];

describe.each(variants)('A stack %s', (_, requests) => {
  test('is what the services take, by their own models', () => {
    expect(requests.length).toBeGreaterThan(5);
    expect(validate(requests)).toEqual([]);
  });
});

/** The stack by default, with a property of a resource set to something else, or taken out. */
function broken(id: string, path: string, value: Value | undefined): ApiRequest[] {
  const stack = loadStack({ stackName });
  const properties = structuredClone(stack.resources[id]?.Properties) as Record<string, never>;
  const names = path.split('.');
  const last = String(names.pop());
  const parent: Record<string, Value> = names.reduce((at, name) => at[name] as never, properties);
  expect(parent).toHaveProperty(last);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  const resource = { ...stack.resources[id], Properties: properties } as ResolvedResource;
  return requestsOf({ ...stack, resources: { ...stack.resources, [id]: resource } }, stackName);
}

const delivery = 'ExtendedS3DestinationConfiguration';

describe('An error in the template', () => {
  test.each<[what: string, id: string, path: string, value: Value | undefined, problem: string]>([
    ['something left out', 'Rule', 'Targets.0.Id', undefined, 'Targets.0.Id is required'],
    [
      'a value that there is not',
      'Stream',
      `${delivery}.CompressionFormat`,
      'BROTLI',
      `${delivery}.CompressionFormat is 'BROTLI', not one of UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY`,
    ],
    [
      'a name of another form',
      'StreamLogs',
      'LogGroupName',
      'event lake',
      "logGroupName is 'event lake', not of the form [\\.\\-_/#A-Za-z0-9]+",
    ],
    [
      'a text that is too long',
      'Rule',
      'Description',
      'd'.repeat(513),
      'Description has 513 characters, allowed are 0 to 512',
    ],
    ['a text for a number', 'TransformFunction', 'Timeout', '120', "Timeout is no integer: '120'"],
    [
      'a number that is too small',
      'TransformFunction',
      'MemorySize',
      64,
      'MemorySize is 64, allowed are 128 to 32768',
    ],
    [
      'a text for a boolean',
      'Stream',
      `${delivery}.DynamicPartitioningConfiguration.Enabled`,
      'true',
      `${delivery}.DynamicPartitioningConfiguration.Enabled is no boolean: 'true'`,
    ],
    ['an empty list', 'Rule', 'Targets', [], 'Targets has 0 members, allowed are 1 to 100'],
    [
      'a word that the service does not know',
      'SilenceAlarm',
      'Dimensions.0',
      { Name: 'DeliveryStreamName', Values: 'x' },
      'Dimensions.0.Values is not in the model',
    ],
  ])('is told: %s', (_, id, path, value, problem) => {
    const problems = validate(broken(id, path, value)).map(
      ({ of, path: where, problem: what }) => `${of}: ${where} ${what}`,
    );

    expect(problems).toContain(`${id}: ${problem}`);
  });

  test('is told of a property that no call takes', () => {
    expect(() => broken('Bucket', 'BucketEncryption', undefined)).toThrow();
    const stack = loadStack({ stackName });
    const { Bucket } = stack.resources as Record<string, ResolvedResource>;
    const misspelt = { ...Bucket, Properties: { ...Bucket?.Properties, Versioning: {} } };
    const resources = { ...stack.resources, Bucket: misspelt as ResolvedResource };

    expect(() => requestsOf({ ...stack, resources }, stackName)).toThrow('Versioning');
  });
});

/** The order in which one needs the other. What is not here comes last. */
const order = [
  's3.CreateBucket',
  'iam.CreateRole',
  'sqs.CreateQueue',
  'events.CreateEventBus',
  'logs.CreateLogGroup',
  'lambda.CreateFunction',
  'glue.CreateDatabase',
  'glue.CreateTable',
  'athena.CreateWorkGroup',
  'firehose.CreateDeliveryStream',
  'events.PutRule',
  's3.PutBucketPolicy',
  'cloudtrail.CreateTrail',
];
const rankOf = ({ service, operation }: ApiRequest) => {
  const rank = order.indexOf(`${service}.${operation}`);
  return rank < 0 ? order.length : rank;
};

/** The nested stack is made by its own requests. */
const isMade = ({ operation }: ApiRequest) => operation !== 'CreateStack';

describe.each(variants)('A stack %s', (_, requests) => {
  test('can be made, call by call, and is there', () => {
    const buses = [
      ...new Set(
        requests
          .filter(({ operation }) => operation === 'PutRule')
          .map(({ parameters }) => String(parameters.EventBusName)),
      ),
    ].filter((bus) => bus !== 'default');
    const before = buses.map((Name) => ({
      of: 'a bus that is there before',
      service: 'events',
      operation: 'CreateEventBus',
      parameters: { Name },
    }));
    const all = [...before, ...requests]
      .filter(isMade)
      .toSorted((one, other) => rankOf(one) - rankOf(other));

    const { created, complaints, there } = create(all);

    expect(complaints).toEqual([]);
    expect(created).toBe(all.length);
    const valuesOf = (wanted: string, value: (parameters: Properties) => unknown) =>
      requests
        .filter(({ operation }) => operation === wanted)
        .map(({ parameters }) => value(parameters))
        .toSorted();
    expect(there).toEqual({
      prefixes: valuesOf(
        'CreateDeliveryStream',
        (stream) => (stream[delivery] as Properties).Prefix,
      ),
      tables: valuesOf('CreateTable', ({ TableInput }) => (TableInput as Properties).Name),
      alarms: valuesOf('PutMetricAlarm', ({ AlarmName }) => AlarmName),
      targets: valuesOf('PutTargets', ({ Targets }) => (Targets as Properties[])[0]?.Arn),
    });
  });
});
