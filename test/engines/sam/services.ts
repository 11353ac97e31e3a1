import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import {
  createEc2Endpoint,
  type Ec2Endpoint,
  type InstanceTags,
} from '../../../local/endpoints/ec2.ts';
import {
  createFirehoseEndpoint,
  type FirehoseEndpoint,
  type RecordSink,
} from '../../../local/endpoints/firehose.ts';
import { runWell } from './commands.ts';

/** The services that the function speaks to, on this machine. */
export interface Services {
  readonly ec2: Ec2Endpoint;
  readonly firehose: FirehoseEndpoint;
  /** Variables of the function that lead it there from a container. */
  readonly inContainer: Readonly<Record<string, string>>;
  /** The same for a function that runs here, with credentials, which SAM gives in a container. */
  readonly here: Readonly<Record<string, string>>;
  /** Says who takes from now on what the function puts again. */
  takenBy(sink: RecordSink): void;
  close(): Promise<void>;
}

/** AWS's documented ones, which sign and open nothing. */
export const exampleCredentials = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

/** What samconfig.toml names this machine inside a container. */
const hostName = 'host.docker.internal';

export async function openServices(streamName: string, tags: InstanceTags): Promise<Services> {
  let sink: RecordSink | undefined;
  const taker = () => {
    if (sink) return sink;
    throw new Error('Nobody takes what is put again.');
  };
  const ec2 = await createEc2Endpoint({ tags });
  const firehose = await createFirehoseEndpoint({
    streamName,
    sink: {
      putRecord: (record) => taker().putRecord(record),
      putRecordBatch: (records) => taker().putRecordBatch(records),
    },
  });
  const doors = [await openDoor(ec2.url), await openDoor(firehose.url)] as const;
  const [ec2Door, firehoseDoor] = doors;
  return {
    ec2,
    firehose,
    inContainer: {
      AWS_ENDPOINT_URL_EC2: `http://${hostName}:${ec2Door.port}`,
      AWS_ENDPOINT_URL_FIREHOSE: `http://${hostName}:${firehoseDoor.port}`,
    },
    here: {
      AWS_ENDPOINT_URL_EC2: ec2.url,
      AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
      ...exampleCredentials,
    },
    takenBy(next) {
      sink = next;
    },
    async close() {
      for (const door of doors) door.close();
      await Promise.all([ec2.close(), firehose.close()]);
    },
  };
}

/**
 * Lets containers reach a server on the loopback address, which to them is their own: through an address of
 * this machine on Docker's network.
 */
async function openDoor(url: string): Promise<{ port: number; close(): void }> {
  const { hostname, port } = new URL(url);
  const server = createServer((outside) => {
    const inside = connect(Number(port), hostname);
    // Either end may hang up whenever it likes.
    pipeline(outside, inside, outside).catch(() => undefined);
  });
  server.listen(0, await bridgeAddress());
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => void server.close(),
  };
}

/** This machine's address on the network that containers are put on. */
async function bridgeAddress(): Promise<string> {
  const format = '{{(index .IPAM.Config 0).Gateway}}';
  return (await runWell('docker', ['network', 'inspect', 'bridge', '--format', format])).trim();
}
