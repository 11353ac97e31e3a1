import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { documentedQueries, documentedRecords } from '../../../athena/documented-queries.ts';
import { eventTables, glueColumns } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';
import { answerText, goldenAnswer, inOneOrder, onThatDay } from './answers.ts';
import {
  createDatabase,
  deployedAs,
  type EngineLake,
  lakeOf,
  putTexts,
  sampleTags,
  sampleTexts,
} from './lake.ts';

const options = deployedAs('documented');
let lake: EngineLake;

beforeAll(async () => {
  lake = lakeOf(options);
  createDatabase(lake);
  const records = JSON.stringify({ Records: documentedRecords });
  await putTexts(lake, options, [...sampleTexts(), records], sampleTags());
});

/**
 * Amazon Athena User Guide, "Create the table for CloudTrail logs in Athena using manual
 * partitioning": names and types of the columns, in their order.
 */
const officialColumns = [
  ['eventversion', 'string'],
  [
    'useridentity',
    'struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,' +
      'onbehalfof:struct<userid:string,identitystorearn:string>,' +
      'sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,' +
      'sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,' +
      'ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>',
  ],
  ['eventtime', 'string'],
  ['eventsource', 'string'],
  ['eventname', 'string'],
  ['awsregion', 'string'],
  ['sourceipaddress', 'string'],
  ['useragent', 'string'],
  ['errorcode', 'string'],
  ['errormessage', 'string'],
  ['requestparameters', 'string'],
  ['responseelements', 'string'],
  ['additionaleventdata', 'string'],
  ['requestid', 'string'],
  ['eventid', 'string'],
  ['resources', 'array<struct<arn:string,accountid:string,type:string>>'],
  ['eventtype', 'string'],
  ['apiversion', 'string'],
  ['readonly', 'string'],
  ['recipientaccountid', 'string'],
  ['serviceeventdetails', 'string'],
  ['sharedeventid', 'string'],
  ['vpcendpointid', 'string'],
  ['vpcendpointaccountid', 'string'],
  ['eventcategory', 'string'],
  [
    'addendum',
    'struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>',
  ],
  ['sessioncredentialfromconsole', 'string'],
  ['edgedevicedetails', 'string'],
  ['tlsdetails', 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>'],
];

test("cloudtrail_logs has the columns of AWS's table, then those that its partitions are named by", () => {
  const view = readViews(eventTables).find(({ name }) => name === 'cloudtrail_logs');
  const columns = glueColumns(view?.columns ?? []).map(({ Name, Type }) => [Name, Type]);

  expect(columns.slice(0, officialColumns.length)).toEqual(officialColumns);
  expect(columns.slice(officialColumns.length)).toEqual(
    [
      'region',
      'account',
      'year',
      'month',
      'day',
      'timestamp',
      'account_partition',
      'region_partition',
      'date_partition',
      'source',
      'event_day',
    ].map((name) => [name, 'string']),
  );
});

describe('the values', () => {
  const cellsOf = async (eventid: string) => {
    const { columns, rows } = await lake.ask(
      `SELECT * FROM cloudtrail_logs WHERE eventid = '${eventid}'`,
    );
    expect(rows).toHaveLength(1);
    return Object.fromEntries(columns.map(({ name }, at) => [name, rows[0]?.[at]]));
  };

  test("are those that AWS's table gives: times and truth as text, structs by small letters", async () => {
    expect(await cellsOf('0006')).toEqual({
      eventversion: '1.11',
      useridentity: {
        type: 'WebIdentityUser',
        principalid: 'accounts.example.com:app:user',
        arn: null,
        accountid: null,
        invokedby: null,
        accesskeyid: null,
        username: 'user',
        onbehalfof: {
          userid: 'u-1',
          identitystorearn: 'arn:aws:identitystore::123456789012:identitystore/d-1',
        },
        sessioncontext: {
          attributes: { mfaauthenticated: 'false', creationdate: '2026-11-17T14:00:00Z' },
          sessionissuer: null,
          ec2roledelivery: '2.0',
          webidfederationdata: {
            federatedprovider: 'accounts.example.com',
            attributes: { Aud: 'app' },
          },
        },
      },
      eventtime: '2026-11-17T15:00:00Z',
      eventsource: 'sts.amazonaws.com',
      eventname: 'AssumeRoleWithWebIdentity',
      awsregion: 'eu-west-1',
      sourceipaddress: '198.51.100.40',
      useragent: 'old-client/1.0',
      errorcode: 'AccessDenied',
      errormessage: 'no',
      requestparameters: '"HIDDEN_DUE_TO_SECURITY_REASONS"',
      responseelements: null,
      additionaleventdata: null,
      requestid: '0006',
      eventid: '0006',
      resources: null,
      eventtype: 'AwsApiCall',
      apiversion: '2011-06-15',
      readonly: 'false',
      recipientaccountid: '123456789012',
      serviceeventdetails: '{"x":1}',
      sharedeventid: '0a0b',
      vpcendpointid: 'vpce-1',
      vpcendpointaccountid: '111122223333',
      eventcategory: 'Data',
      addendum: null,
      sessioncredentialfromconsole: 'true',
      edgedevicedetails: '{"type":"snow"}',
      tlsdetails: null,
      region: 'eu-west-1',
      account: '123456789012',
      year: '2026',
      month: '11',
      day: '17',
      timestamp: '2026/11/17',
      account_partition: '123456789012',
      region_partition: 'eu-west-1',
      date_partition: '2026/11/17',
      source: 'aws.sts',
      event_day: '2026-11-17',
    });
  });

  test('of structs that are not of the expected form are NULL, not an error', async () => {
    expect(await cellsOf('0005')).toMatchObject({
      addendum: {
        reason: 'UPDATED_DATA',
        updatedfields: 'userAgent',
        originalrequestid: '0005',
        originaleventid: '0000',
      },
      tlsdetails: {
        tlsversion: 'TLSv1.1',
        ciphersuite: 'AES128-SHA',
        clientprovidedhostheader: null,
      },
    });
    const { rows } = await lake.ask(
      `SELECT TRY(CAST(json_parse('"text"') AS row(type varchar))),
              TRY(CAST(json_parse('{"a":1,"A":2}') AS row(a varchar))),
              TRY(CAST(json_parse('{"a":1,"b":"no struct"}') AS row(a varchar, b row(c varchar))))`,
    );
    expect(rows).toEqual([[null, null, null]]);
  });

  test('Insights records are left out, as they are in the table over a trail', async () => {
    const { rows } = await lake.ask(
      `SELECT (SELECT count(*) FROM events WHERE kind = 'insight'),
              (SELECT count(*) FROM cloudtrail_logs WHERE eventcategory = 'Insight')`,
    );

    expect(rows).toEqual([[1, 0]]);
  });
});

/** Expressions that queries of such a table are made of, in the forms in which they are found. */
test.each<[string, number]>([
  ["date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') >= TIMESTAMP '2026-11-18 00:00:00'", 7],
  ["date_parse(eventtime, '%Y-%m-%dT%TZ') < TIMESTAMP '2026-11-17 08:00:00'", 2],
  ["from_iso8601_timestamp(eventtime) >= TIMESTAMP '2026-11-18 00:00:00 UTC'", 7],
  [
    "parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ss''Z''') >= TIMESTAMP '2026-11-18 00:00 UTC'",
    7,
  ],
  ["eventtime >= '2026-11-18T00:00:00Z'", 7],
  ["substr(eventtime, 1, 10) = '2026-11-18'", 7],
  ["useridentity.type = 'AssumedRole' AND split(useridentity.principalid, ':')[2] = 'alice'", 2],
  ["element_at(split(useridentity.arn, '/'), -1) = 'alice'", 3],
  ["concat(split_part(eventsource, '.', 1), ':', eventname) = 'ec2:StopInstances'", 1],
  ["NULLIF(errorcode, '') IS NOT NULL", 3],
  ["json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure'", 1],
  ['responseelements LIKE \'%Failure%\' AND additionaleventdata LIKE \'%"MFAUsed":"No"%\'', 1],
  ["useridentity.sessioncontext.attributes.mfaauthenticated = 'false' AND readonly = 'false'", 8],
  ["any_match(resources, r -> r.type = 'AWS::S3::Bucket')", 4],
  ["CAST(json_extract(requestparameters, '$.instancesSet.items') AS array(json)) IS NOT NULL", 5],
])('rows are found where %s', async (condition, count) => {
  const { rows } = await lake.ask(`SELECT count(*) FROM cloudtrail_logs WHERE ${condition}`);

  expect(rows).toEqual([[count]]);
});

describe('documented queries', () => {
  test.each(documentedQueries)('$name ($page) runs and finds something', async (query) => {
    // Some of them leave the order open.
    const answer = inOneOrder(await lake.ask(onThatDay(query.portable ?? query.sql)));

    expect(answerText(answer)).toBe(goldenAnswer(`documented/${query.name}`, answer));
    expect(answer.rows).not.toHaveLength(0);
  });

  const unnesting = documentedQueries.filter(({ portable }) => portable !== undefined);

  test.each(unnesting)(
    '$name has a form of its own for this engine, as it unnests structs',
    async ({ sql }) => {
      await expect(lake.ask(sql)).rejects.toThrow('MISMATCHED_COLUMN_ALIASES');
      // The form in which Athena means it, said in a way that this engine takes the same.
      const kept = sql.replace(
        'UNNEST(t.resources)',
        'UNNEST(transform(t.resources, r -> ROW(r)))',
      );
      await expect(lake.ask(kept)).resolves.toMatchObject({ rows: [expect.any(Array)] });
    },
  );
});

const { EVENTLAKE_CLOUDTRAIL_QUERIES } = process.env;

// A folder with queries of one's own, *.sql, over a table that is named cloudtrail_logs in them.
(EVENTLAKE_CLOUDTRAIL_QUERIES ? describe : describe.skip)(
  'queries of a folder (EVENTLAKE_CLOUDTRAIL_QUERIES)',
  () => {
    const folder = EVENTLAKE_CLOUDTRAIL_QUERIES ?? '';
    const files = EVENTLAKE_CLOUDTRAIL_QUERIES
      ? readdirSync(folder).filter((name) => name.endsWith('.sql'))
      : ['none.sql'];

    test.each(files)('%s runs', async (file) => {
      const sql = readFileSync(join(folder, file), 'utf8').trim().replace(/;$/, '');
      await expect(lake.ask(sql)).resolves.toBeDefined();
    });
  },
);
