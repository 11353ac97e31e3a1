import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventTables, glueColumns } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';
import { type Json, jsonText, parseJson } from '../../../src/json.ts';
import { eventTextOf } from '../../../src/rows/rebuild.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { goldenRowOf, listGoldens } from '../../support/goldens.ts';
import { canonical, difference, none } from '../athena/canonical.ts';
import { type BothEngines, engines, lakeOnBoth, rowsOf } from './both-engines.ts';

/**
 * AWS CloudTrail User Guide, "Supported SQL schemas for event data stores", the schema of CloudTrail event
 * records: names and types of the columns, in their order. Two names of members are the record's, which the
 * page misspells or writes otherwise: `credentialsissuedto`. Times are text here, see the view.
 */
const documented: readonly (readonly [string, string])[] = [
  ['eventversion', 'string'],
  [
    'useridentity',
    'struct<type:string,principalid:string,arn:string,accountid:string,accesskeyid:string,username:string,' +
      'sessioncontext:struct<attributes:struct<creationdate:string,mfaauthenticated:string>,' +
      'sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,' +
      'webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>,' +
      'sourceidentity:string,ec2roledelivery:string,ec2issuedinvpc:string>,' +
      'onbehalfof:struct<userid:string,identitystorearn:string>,' +
      'inscopeof:struct<sourcearn:string,sourceaccount:string,issuertype:string,credentialsissuedto:string>,' +
      'invokedby:string,identityprovider:string>',
  ],
  ['eventtime', 'string'],
  ['eventsource', 'string'],
  ['eventname', 'string'],
  ['awsregion', 'string'],
  ['sourceipaddress', 'string'],
  ['useragent', 'string'],
  ['errorcode', 'string'],
  ['errormessage', 'string'],
  ['requestparameters', 'map<string,string>'],
  ['responseelements', 'map<string,string>'],
  ['additionaleventdata', 'map<string,string>'],
  ['requestid', 'string'],
  ['eventid', 'string'],
  ['readonly', 'boolean'],
  ['resources', 'array<struct<accountid:string,type:string,arn:string,arnprefix:string>>'],
  ['eventtype', 'string'],
  ['apiversion', 'string'],
  ['managementevent', 'boolean'],
  ['recipientaccountid', 'string'],
  ['sharedeventid', 'string'],
  ['annotation', 'string'],
  ['vpcendpointid', 'string'],
  ['vpcendpointaccountid', 'string'],
  ['serviceeventdetails', 'map<string,string>'],
  ['addendum', 'map<string,string>'],
  ['edgedevicedetails', 'map<string,string>'],
  ['insightdetails', 'map<string,string>'],
  ['eventcategory', 'string'],
  ['tlsdetails', 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>'],
  ['sessioncredentialfromconsole', 'string'],
  ['eventjson', 'string'],
  ['eventjsonchecksum', 'string'],
];

/**
 * What that page lacks: the context of enriched events, as AWS's queries about it take it apart (AWS CloudTrail
 * User Guide, "Create CloudTrail Lake queries from natural language prompts"); then columns of ours.
 */
const beyond: readonly (readonly [string, string])[] = [
  [
    'eventcontext',
    'struct<requestcontext:struct<conditionkeys:map<string,string>>,' +
      'tagcontext:struct<resourcetags:array<struct<arn:string,tags:map<string,string>>>,' +
      'principaltags:map<string,string>>>',
  ],
  ['event_time', 'timestamp'],
  ['source', 'string'],
  ['day', 'string'],
];

const view = readViews(eventTables).find(({ name }) => name === 'cloudtrail_lake');

test("cloudtrail_lake has the columns of Lake's schema, then the context of events and our own", () => {
  const columns = glueColumns(view?.columns ?? []).map(({ Name, Type }) => [Name, Type]);

  expect(columns).toEqual([...documented, ...beyond]);
});

const record = (eventID: string, more: object = {}) => ({
  eventVersion: '1.11',
  userIdentity: { type: 'IAMUser', accountId: '123456789012', userName: 'dave' },
  eventTime: '2026-11-17T15:00:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'PutObject',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.40',
  userAgent: 'client/1.0',
  requestID: eventID,
  eventID,
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '123456789012',
  eventCategory: 'Management',
  ...more,
});

describe.each(engines)('the values on %s', (_, ask) => {
  let lake: BothEngines;
  beforeAll(async () => {
    const rows = rowsOf([
      record('plain', {
        userIdentity: {
          type: 'AssumedRole',
          sessionContext: {
            attributes: { creationDate: '2026-11-17T07:58:41Z', mfaAuthenticated: 'true' },
            sourceIdentity: 'erin',
            ec2IssuedInVpc: 'vpc-1',
          },
          inScopeOf: { credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:123456789012:function:a' },
          identityProvider: 'accounts.example.com',
        },
        requestParameters: {
          bucketName: 'a-bucket',
          'x-amz-acl': ['private'],
          size: 12,
          dryRun: false,
          filter: { name: 'state', value: 1.5 },
          nothing: null,
          said: 'null',
        },
        resources: [
          { accountId: '123456789012', type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::a-bucket' },
        ],
      }),
      record('odd', {
        requestParameters: 'HIDDEN_DUE_TO_SECURITY_REASONS',
        eventTime: '2026-11-17T15:00:00.250Z',
        annotation: 'noted',
        eventContext: {
          requestContext: { conditionKeys: { 'aws:ViaAWSService': 'false' } },
          tagContext: {
            resourceTags: [{ arn: 'arn:aws:s3:::a-bucket', tags: { Environment: 'prod' } }],
            principalTags: { operator: 'erin' },
          },
        },
      }),
      record('insight', {
        eventType: 'AwsCloudTrailInsight',
        insightDetails: { state: 'Start' },
      }),
    ]);
    // As it was written before there was a column for it.
    const {
      event_context: context,
      unmapped: _,
      ...odd
    } = rows.find(({ event_id: id }) => id === 'odd') ?? {};
    const older = { ...odd, event_id: 'older', unmapped: `{"eventContext":${context}}` };
    lake = await lakeOnBoth('lake_values', [...rows, older]);
  });
  afterAll(() => lake.close());

  const cells = async (columns: string, eventid = 'plain') => {
    const { rows } = await ask(
      lake,
      `SELECT ${columns} FROM cloudtrail_lake WHERE eventid = '${eventid}' AND day = '2026-11-17'`,
    );
    expect(rows).toHaveLength(1);
    return rows[0];
  };

  test('times are text that can be compared with literals', async () => {
    expect(await cells('eventtime, useridentity.sessioncontext.attributes.creationdate')).toEqual([
      '2026-11-17 15:00:00.000',
      '2026-11-17 07:58:41.000',
    ]);
    expect(await cells('eventtime', 'odd')).toEqual(['2026-11-17 15:00:00.250']);
    expect(
      await cells("eventtime > '2026-11-17 14:59:59' AND eventtime < '2026-11-17 15:00:01'"),
    ).toEqual([true]);
  });

  test('a request is a map: texts as they are, everything else as JSON', async () => {
    const keys = [
      'bucketName',
      'x-amz-acl',
      'size',
      'dryRun',
      'filter',
      'nothing',
      'said',
      'absent',
    ];
    const items = keys.map((key) => `element_at(requestParameters, '${key}')`).join(', ');

    expect(await cells(items)).toEqual([
      'a-bucket',
      '["private"]',
      '12',
      'false',
      '{"name":"state","value":1.5}',
      null,
      'null',
      null,
    ]);
    expect(await cells('requestParameters', 'odd')).toEqual([null]);
  });

  test('members of the caller are there down to the last', async () => {
    expect(
      await cells(
        `userIdentity.sessionContext.sourceIdentity, userIdentity.sessionContext.ec2IssuedInVPC,
         userIdentity.inScopeOf.credentialsIssuedTo, userIdentity.identityProvider`,
      ),
    ).toEqual([
      'erin',
      'vpc-1',
      'arn:aws:lambda:eu-west-1:123456789012:function:a',
      'accounts.example.com',
    ]);
  });

  test('truth is truth, resources are structs, times have a timestamp beside them', async () => {
    expect(
      await cells(
        `readOnly = false, managementEvent, element_at(resources, 1).arn, element_at(resources, 1).accountId,
         event_time = TIMESTAMP '2026-11-17 15:00:00', source`,
      ),
    ).toEqual([true, true, 'arn:aws:s3:::a-bucket', '123456789012', true, 'aws.s3']);
  });

  test.each(['odd', 'older'])(
    'the context of an enriched event can be taken apart: %s',
    async (id) => {
      expect(
        await cells(
          `element_at(eventContext.tagContext.principalTags, 'operator'),
         element_at(element_at(eventContext.tagContext.resourceTags, 1).tags, 'Environment'),
         element_at(eventContext.requestContext.conditionKeys, 'aws:ViaAWSService')`,
          id,
        ),
      ).toEqual(['erin', 'prod', 'false']);
      expect(await cells('annotation', 'odd')).toEqual(['noted']);
    },
  );

  test('Insights records are left out', async () => {
    const { rows } = await ask(lake, 'SELECT count(*) FROM cloudtrail_lake');

    expect(rows.map(([count]) => Number(count))).toEqual([3]);
  });
});

/** The record of a row: the event itself, or what its envelope holds. */
function recordOf(row: Row): Json {
  const event = parseJson(eventTextOf(row)) as { readonly detail?: Json };
  return row.event_format === 'cloudtrail' ? (event as Json) : (event.detail ?? null);
}

const isCall = ({ kind = '' }: Row) =>
  ['api_call', 'sign_in', 'console_action', 'service_event', 'network_activity'].includes(kind);

const hasLoneSurrogates = (row: Row) => /\\u[dD][89a-fA-F]/.test(eventTextOf(row));

const goldenRows = listGoldens()
  .map((golden) => goldenRowOf(golden).row)
  .filter(isCall)
  // Told apart by an id of their own, as goldens may share one.
  .map((row, at) => ({ ...row, event_id: `golden-${at}` }));

describe.each(engines)('eventjson on %s', (_, ask) => {
  const rows = goldenRows;
  let lake: BothEngines;
  let texts: ReadonlyMap<string, string>;
  beforeAll(async () => {
    lake = await lakeOnBoth('lake_json', rows);
    const { rows: found } = await ask(lake, 'SELECT eventid, eventjson FROM cloudtrail_lake');
    texts = new Map(found as [string, string][]);
  });
  afterAll(() => lake.close());

  const others = (some: readonly Row[], form: (text: string) => Json) =>
    some
      .map((row) => [texts.get(row.event_id ?? '') ?? 'null', jsonText(recordOf(row))] as const)
      .filter(([text, record]) => canonical(form(text)) !== canonical(form(record)));

  test('is the record as it came, to the digit, where columns hold all of it', () => {
    const whole = rows.filter((row) => row.unmapped === undefined && !hasLoneSurrogates(row));

    expect(whole.length).toBeGreaterThan(50);
    expect(others(whole, parseJson)).toEqual([]);
  });

  test('is the record with what no column holds, whose numbers may be spelt anew', () => {
    const patched = rows.filter((row) => row.unmapped !== undefined && !hasLoneSurrogates(row));

    expect(patched.length).toBeGreaterThan(10);
    expect(others(patched, JSON.parse)).toEqual([]);
  });

  test('is there for a record with lone surrogates, too', () => {
    const odd = rows.filter(hasLoneSurrogates);

    expect(odd.length).toBeGreaterThan(0);
    for (const row of odd) expect(texts.get(row.event_id)).toContain(`"eventID":"${row.event_id}"`);
  });
});

test('both engines give the same, but for the order of keys in texts with JSON', async () => {
  const lake = await lakeOnBoth(
    'lake_same',
    // DuckDB makes a row of NULLs where the caller is no object, Trino none.
    goldenRows.filter((row) => !hasLoneSurrogates(row) && row.user_identity !== '"alice"'),
  );
  const valueIn = (text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
  const asValues = (cell: unknown): unknown => {
    if (typeof cell === 'string' && /^[[{]/.test(cell)) return valueIn(cell);
    if (Array.isArray(cell)) return cell.map(asValues);
    if (typeof cell !== 'object' || cell === null) return cell;
    return Object.fromEntries(Object.entries(cell).map(([key, value]) => [key, asValues(value)]));
  };
  const [onTrino, onDuckdb] = await Promise.all(
    engines.map(async ([, ask]) =>
      (await ask(lake, 'SELECT * FROM cloudtrail_lake')).rows.map(asValues),
    ),
  );
  lake.close();

  expect(onTrino?.length).toBeGreaterThan(50);
  expect(difference(onDuckdb ?? [], onTrino ?? [])).toEqual(none);
});
