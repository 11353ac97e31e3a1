import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lakeTemplate } from '../../athena/lake.ts';
import { readQueries } from '../../athena/queries.ts';
import { eventTables, partitionColumns } from '../../athena/tables.ts';
import { readViews } from '../../athena/views.ts';
import type { Bundle } from '../../local/build.ts';
import { build } from '../../local/build.ts';
import { checkParameter } from '../../local/template/check-parameter.ts';
import { dependenciesOf } from '../../local/template/dependencies.ts';
import { expandSam } from '../../local/template/expand-sam.ts';
import { loadStack } from '../../local/template/load-stack.ts';
import type { Parameter, Template } from '../../local/template/read-template.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { validateStack } from '../../local/template/validate-stack.ts';
import { generate } from '../../scripts/generate.ts';
import { configurationOf } from '../../src/config.ts';
import { maxSources } from '../../src/partition/sources.ts';

const projectRoot = new URL('../../', import.meta.url);
const template = readTemplate(new URL('template.yaml', projectRoot));

let folder: string;
let bundles: Bundle[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-template-'));
  bundles = await build({ outdir: folder });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the templates', () => {
  test('keep every rule of the service and of ours, with the bundle that was built', () => {
    expect(validateStack(loadStack(), bundles)).toEqual([]);
  });

  test('are current where they are generated', async () => {
    expect(await generate({ check: true })).toEqual([]);
  });

  test('lake.yaml reads back as what it was made from', () => {
    const read = readTemplate(new URL('lake.yaml', projectRoot));

    expect(read).toEqual(lakeTemplate(readViews(eventTables), readQueries()));
  });

  test('the first output says what arrives at all', () => {
    const [name, ...others] = Object.keys(template.Outputs ?? {});

    // First in the file, and first where somebody sorts them.
    expect(others.every((other) => String(name) < other)).toBe(true);
    expect(loadStack().outputs[String(name)]).toMatch(/trail.*own Region/s);
  });
});

test.each([
  ['us-east-1', 'console.aws.amazon.com', 'us-east-1'],
  ['eu-central-1', 'console.aws.amazon.com', 'us-east-1'],
  ['cn-northwest-1', 'console.amazonaws.cn', 'cn-north-1'],
  ['us-gov-east-1', 'console.amazonaws-us-gov.com', 'us-gov-west-1'],
  ['eusc-de-east-1', 'console.amazonaws-eusc.eu', 'eusc-de-east-1'],
])(
  'the stack of %s points to the console there, and to where global events are',
  (region, host, globalRegion) => {
    const { AthenaConsole, StreamConsole, ApiCallsAndRegion } = loadStack({ region }).outputs;

    expect(ApiCallsAndRegion).toMatch(new RegExp(` in ${globalRegion}\\.$`));

    for (const url of [AthenaConsole, StreamConsole]) {
      expect(new URL(String(url)).host).toBe(`${region}.${host}`);
    }
  },
);

test('the names of what the stack makes fit where its own is as long as it may be', () => {
  const stackName = 's'.repeat(120);
  const everything = {
    CreateTrail: 'true',
    MemberAccounts: '111122223333',
    OrganizationId: 'o-a1b2c3d4e5',
  };
  const { resources } = loadStack({ stackName, parameters: everything });
  const lengthOf = (id: string, name: string) =>
    String(resources[id]?.Properties[name] ?? '').length;

  // The most that CloudFormation's resource schemas take.
  for (const [id, name, most] of [
    ['AccountsPolicy', 'StatementId', 64],
    ['OrganizationPolicy', 'StatementId', 64],
    ['Trail', 'TrailName', 128],
    ['TransformLogs', 'LogGroupName', 512],
    ['StreamLogs', 'LogGroupName', 512],
  ] as const) {
    expect([id, lengthOf(id, name) > 0, lengthOf(id, name) <= most]).toEqual([id, true, true]);
  }
});

describe('the role of the function', () => {
  const statementsOf = (parameters: Record<string, string>) => {
    const { resources } = loadStack({ parameters });
    const policies = resources.TransformRole?.Properties.Policies as readonly {
      readonly PolicyDocument: { readonly Statement: readonly Record<string, unknown>[] };
    }[];
    return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  };
  const logs = {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: expect.stringContaining(':log-group:/aws/lambda/'),
  };
  const lookUp = { Effect: 'Allow', Action: 'ec2:DescribeTags', Resource: '*' };

  test.each([
    ['on', [logs, lookUp]],
    ['off', [logs]],
  ])('allows what it does and no more, with tags looked up or not: %s', (TagLookup, statements) => {
    expect(statementsOf({ TagLookup })).toEqual(statements);
  });
});

describe('the built function', () => {
  test('answers with the keys that the prefix of the stream takes, and no other', () => {
    // Prepare
    const [bundle] = bundles;
    const { functions, stream } = loadStack({ parameters: { TagLookup: 'off' } });
    const event = {
      version: '0',
      id: '1b2c3d4e-0000-4000-8000-000000000000',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '123456789012',
      time: '2026-11-20T10:00:00Z',
      region: 'eu-west-1',
      resources: [],
      detail: {},
    };
    const invocation = {
      invocationId: 'i',
      deliveryStreamArn: stream.arn,
      region: 'eu-west-1',
      records: [
        {
          recordId: '1',
          approximateArrivalTimestamp: Date.parse(event.time),
          data: Buffer.from(JSON.stringify(event)).toString('base64'),
        },
      ],
    };
    const context = { functionName: 'f', awsRequestId: 'r' };

    // Act
    const answer = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { ${bundle?.handler} } = await import(${JSON.stringify(bundle?.file)});
        const context = { ...${JSON.stringify(context)}, getRemainingTimeInMillis: () => 60_000 };
        const answer = await ${bundle?.handler}(${JSON.stringify(invocation)}, context);
        process.stdout.write('\\n' + JSON.stringify(answer));`,
      ],
      { env: { ...functions[0]?.environment, PATH: process.env.PATH ?? '' }, encoding: 'utf8' },
    );

    // Assess
    const { records } = JSON.parse(answer.slice(answer.lastIndexOf('\n')));
    expect(records[0].result).toBe('Ok');
    expect(Object.keys(records[0].metadata.partitionKeys).sort()).toEqual(
      partitionColumns.map(({ name }) => name).sort(),
    );
  });

  test('is given every variable that it reads', () => {
    const reads: string[] = [];
    const environment = new Proxy({} as Record<string, string | undefined>, {
      get(_, name) {
        reads.push(String(name));
        return undefined;
      },
    });

    configurationOf(environment);

    expect(Object.keys(loadStack().functions[0]?.environment ?? {})).toEqual(
      expect.arrayContaining(reads),
    );
  });

  test('has the defaults of the template where a variable is absent', () => {
    const { environment } = loadStack().functions[0] ?? {};

    expect({ ...configurationOf({}), ownRole: undefined }).toEqual({
      ...configurationOf(environment ?? {}),
      ownRole: undefined,
    });
  });

  test.each(
    ['MaxDaysLate', 'UnknownRecords', 'TagLookup'].flatMap((name) =>
      (template.Parameters?.[name]?.AllowedValues ?? []).map((value) => [name, value] as const),
    ),
  )('starts with %s = %s', (name, value) => {
    const { environment } = loadStack({ parameters: { [name]: value } }).functions[0] ?? {};

    expect(() => configurationOf(environment ?? {})).not.toThrow();
  });

  test('starts with every list of sources that the template takes', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/);
    const list = fc.oneof(
      fc.array(name, { maxLength: maxSources + 4 }).map((names) => names.join(',')),
      fc.string({ unit: fc.constantFrom('a', 'B', '1', '.', '-', '_', ',', ' ', '/') }),
    );
    const parameter = template.Parameters?.PartitionSources as Parameter;
    let taken = 0;

    fc.assert(
      fc.property(list, (given) => {
        try {
          checkParameter('PartitionSources', parameter, given);
        } catch {
          return;
        }
        taken += 1;
        configurationOf({ PARTITION_SOURCES: given });
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(200);
  });

  test.each([
    ['a name twice', 'aws.ec2,aws.s3,aws.ec2'],
    ['a name twice, at once', 'aws.ec2,aws.ec2'],
    ['the name of the rest', 'aws.ec2,other'],
    ['a name in capitals', 'aws.EC2'],
    ['a blank', 'aws.ec2, aws.s3'],
    ['nothing', ''],
    ['a name that starts with a dot', '.ec2'],
    ['a name of 65 characters', 'a'.repeat(65)],
  ])('is not deployed with %s among the sources', (_, given) => {
    const parameter = template.Parameters?.PartitionSources as Parameter;

    expect(() => checkParameter('PartitionSources', parameter, given)).toThrow('of the form');
  });

  test('is deployed with names that are the beginning of each other', () => {
    const parameter = template.Parameters?.PartitionSources as Parameter;

    expect(checkParameter('PartitionSources', parameter, 'aws.ec,aws.ec2,aws.ec2.x,others')).toBe(
      'aws.ec,aws.ec2,aws.ec2.x,others',
    );
  });
});

/** A Python that has aws-sam-translator (cfn-lint and SAM CLI bring it along). */
const python = process.env.SAM_TRANSLATOR_PYTHON ?? 'python3';
const hasTranslator =
  process.env.SAM_TRANSLATOR_PYTHON !== undefined ||
  spawnSync(python, ['-c', 'import samtranslator']).status === 0;
const withTranslator = hasTranslator ? describe : describe.skip;

withTranslator("our expansion, held against SAM's own translator", () => {
  const ownExpansion = (given: Template): Template =>
    JSON.parse(
      execFileSync(python, [fileURLToPath(new URL('expand-sam.py', import.meta.url))], {
        input: JSON.stringify(given),
        encoding: 'utf8',
      }),
    );
  const shapeOf = (expanded: Template) => ({
    types: Object.fromEntries(
      Object.entries(expanded.Resources).map(([logicalId, { Type }]) => [logicalId, Type]),
    ),
    dependencies: [
      ...new Set(dependenciesOf(expanded).map(({ from, to }) => `${from} needs ${to}`)),
    ].sort(),
  });

  test('has the same resources and dependencies', () => {
    expect(shapeOf(expandSam(template))).toEqual(shapeOf(ownExpansion(template)));
  });

  test('has the same for a function whose role SAM makes', () => {
    const { Role: _, ...properties } = template.Resources.TransformFunction?.Properties ?? {};
    const Policies = [
      { FirehoseWritePolicy: { DeliveryStreamName: { Ref: 'Stream' } } },
      {
        Statement: [
          { Effect: 'Allow', Action: 's3:*', Resource: { 'Fn::GetAtt': ['Bucket', 'Arn'] } },
        ],
      },
    ];
    const changed: Template = {
      ...template,
      Resources: {
        ...template.Resources,
        TransformFunction: {
          Type: 'AWS::Serverless::Function',
          Properties: { ...properties, Policies },
        },
      },
    };

    expect(shapeOf(expandSam(changed))).toEqual(shapeOf(ownExpansion(changed)));
  });
});
