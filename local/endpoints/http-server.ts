import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine's loopback address. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Ends it at once, with every connection. */
  close(): Promise<void>;
}

/** What answers one request, whose body is there already. */
export type Respond = (request: IncomingMessage, body: Buffer, response: ServerResponse) => unknown;

/** No request of the protocols that are spoken here is larger. */
const maxBodyBytes = 16 * 1024 * 1024;

/**
 * Serves HTTP on a free port of 127.0.0.1. What `respond` throws cuts the connection, as a server that
 * crashes does. It does not keep the process alive.
 */
export async function serveLoopback(respond: Respond): Promise<LoopbackServer> {
  const server = createServer(async (request, response) => {
    try {
      await respond(request, await bodyOf(request), response);
    } catch {
      request.socket.destroy();
    }
  });
  server.unref();
  await new Promise<void>((listening, fail) => {
    server.once('error', fail).listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new RangeError('The request is too large.');
  }
  return Buffer.concat(chunks);
}
