import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEc2LookUp } from '../../src/tags/ec2.ts';
import { maxPagesPerCall } from '../../src/tags/look-up.ts';

/** An EC2 that has always one page more. */
let pages = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    pages++;
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><tagSet><item><resourceId>i-0abc1234</resourceId><resourceType>instance</resourceType><key>k${pages}</key><value>v</value></item></tagSet><nextToken>t${pages}</nextToken></DescribeTagsResponse>`,
    );
  });
});

const variables = ['AWS_ENDPOINT_URL_EC2', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const before = new Map(variables.map((name) => [name, process.env[name]]));
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.env.AWS_ENDPOINT_URL_EC2 = `http://127.0.0.1:${port}`;
  process.env.AWS_ACCESS_KEY_ID = 'key';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
});
afterAll(async () => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('A look-up of ids whose pages have no end is given up, and fails', async () => {
  const { ofIds } = createEc2LookUp();
  const config = { region: 'eu-west-1', roleArn: undefined };

  const found = ofIds(config, ['i-0abc1234'], AbortSignal.timeout(30_000));

  await expect(found).rejects.toThrow('no end of pages');
  expect(pages).toBe(maxPagesPerCall + 1);
});
