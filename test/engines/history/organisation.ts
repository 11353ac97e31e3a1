import { gzipSync } from 'node:zlib';
import { trailFile, trailKey, trailRecord } from '../../support/trail-fixture.ts';

export const accounts = [
  '111122223333',
  '123456789012',
  '777788889999',
  '555555555555',
  '444455556666',
];
export const regions = ['eu-west-1', 'us-east-1', 'ap-southeast-2'];
export const days = Array.from({ length: 30 }, (_, n) =>
  new Date(Date.UTC(2024, 0, 20 + n)).toISOString().slice(0, 10),
);
const filesADay = 12;
const services = ['s3', 'ec2', 'iam', 'sts', 'kms', 'nobody-knows'];

/** What its trail should give. */
export const organisation = {
  files: accounts.length * regions.length * days.length * filesADay,
  rows: accounts.length * regions.length * days.length * filesADay * 2,
};

/** The files of an organisation's trail: some 5,400 with two records each, digests and foreign objects. */
export function* organisationFiles(
  prefix = '',
): Generator<readonly [key: string, bytes: Uint8Array]> {
  let number = 0;
  for (const account of accounts) {
    for (const region of regions) {
      for (const day of days) {
        for (let file = 0; file < filesADay; file++) {
          const time = `${String(2 * file).padStart(2, '0')}05`;
          const records = [0, 1].map((which) => {
            number++;
            return trailRecord({
              id: `${day}-${number}`,
              eventTime: `${day}T${String(2 * file).padStart(2, '0')}:0${which}:00Z`,
              eventSource: `${services[number % services.length]}.amazonaws.com`,
              awsRegion: region,
              recipientAccountId: account,
            });
          });
          const unique = String(number);
          yield [trailKey({ account, region, day, time, unique, prefix }), trailFile(records)];
        }
        const digest = gzipSync('{"digestSignatureAlgorithm":"SHA256withRSA"}');
        yield [trailKey({ account, region, day, kind: 'CloudTrail-Digest', prefix }), digest];
      }
      yield [`${prefix}AWSLogs/${account}/CloudTrail/${region}/2024/`, new Uint8Array(0)];
    }
    yield [
      `${prefix}AWSLogs/${account}/elasticloadbalancing/eu-west-1/2024/02/01/a.log.gz`,
      gzipSync('x'),
    ];
  }
}
