import { defaultLimits, type Limits } from '../../src/batch/limits.ts';
import type { Transformed } from '../../src/batch/outcome.ts';
import { configurationOf } from '../../src/config.ts';
import type { Invocation } from '../../src/firehose/contract.ts';
import { createTags, type Tags } from '../../src/tags/tags.ts';
import { transform } from '../../src/transform.ts';
import { arrivalMs, takeAll } from './transform-fixture.ts';

/** Bytes that went through the transform: the same on every machine, whatever it charges itself. */
export interface CountedWork {
  /** Decoded from UTF-8, to be parsed. */
  readonly decoded: number;
  /** Characters given to JSON.parse. */
  readonly parsed: number;
  /** Characters that JSON.stringify gave. */
  readonly written: number;
}

/** Takes an invocation through the transform and counts, standing in the way of the functions that do the work. */
export async function transformCounted(
  invocation: Invocation,
  {
    limits = {},
    tags = createTags({ lookUp: undefined }),
  }: { readonly limits?: Partial<Limits>; readonly tags?: Tags } = {},
): Promise<{ readonly transformed: Transformed; readonly counted: CountedWork }> {
  const counted = { decoded: 0, parsed: 0, written: 0 };
  const { parse, stringify } = JSON;
  const { toString: decode } = Buffer.prototype;
  JSON.parse = (...call: Parameters<typeof parse>) => {
    counted.parsed += call[0].length;
    return parse(...call);
  };
  JSON.stringify = ((...call: Parameters<typeof stringify>) => {
    const text = stringify(...call);
    counted.written += text?.length ?? 0;
    return text;
  }) as typeof stringify;
  Buffer.prototype.toString = function (this: Buffer, ...call: Parameters<typeof decode>) {
    const [encoding, start, end] = call as [string?, number?, number?];
    if (encoding === 'utf8') counted.decoded += (end ?? this.length) - (start ?? 0);
    return decode.apply(this, call);
  };
  try {
    const transformed = await transform(
      invocation,
      {
        configuration: configurationOf({}),
        tags,
        putBatch: takeAll,
        limits: { ...defaultLimits, ...limits },
      },
      { now: () => arrivalMs, remainingMs: () => 120_000, wait: async () => {} },
    );
    return { transformed, counted };
  } finally {
    Object.assign(JSON, { parse, stringify });
    Buffer.prototype.toString = decode;
  }
}
