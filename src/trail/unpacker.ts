import { constants, createGunzip } from 'node:zlib';

/** Unpacks gzip as it comes. */
export interface Unpacker {
  /** Takes bytes; gives what they unpack to. After a failure it gives nothing. */
  write(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Ends the input; gives the rest. */
  end(): Promise<Uint8Array[]>;
  /** Why it can be unpacked no further. */
  failure(): string | undefined;
  close(): void;
}

const unpackedBlockBytes = 256 * 1024;

export function createUnpacker(): Unpacker {
  const gunzip = createGunzip({ chunkSize: unpackedBlockBytes });
  let ready: Uint8Array[] = [];
  let failed: Error | undefined;
  let isOver = false;
  // A step is over with its callback; with a failure, which may come first and then leaves no callback; or with the end.
  let stop = () => {};
  gunzip
    .on('data', (chunk: Uint8Array) => ready.push(chunk))
    .on('error', (error) => {
      failed = error;
      stop();
    })
    .on('end', () => stop())
    .on('close', () => {
      isOver = true;
      stop();
    });

  const step = async (begin: (done: () => void) => void) => {
    if (!failed && !isOver) {
      await new Promise<void>((resolve) => {
        stop = resolve;
        begin(resolve);
      });
    }
    const given = ready;
    ready = [];
    return given;
  };

  return {
    write: (bytes) => step((done) => void gunzip.write(bytes, () => done())),
    // The end is told by its event, behind the last bytes.
    end: () => step(() => void gunzip.end()),
    failure: () => failed && reasonOf(failed),
    close: () => void gunzip.destroy(),
  };
}

function reasonOf(error: Error): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return 'the gzip ends too early';
  return `the gzip is damaged (${code in constants ? code : 'unknown'})`;
}
