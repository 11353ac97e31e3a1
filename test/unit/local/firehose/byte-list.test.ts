import { describe, expect, test } from '@jest/globals';
import { createByteList } from '../../../../local/firehose/byte-list.ts';

describe('A byte list', () => {
  test('gives back what was appended, end to end, however large the parts', () => {
    const parts = [0, 1, 1023, 1, 5000, 70_000, 0, 200_000, 3].map((bytes, index) =>
      Buffer.alloc(bytes, index + 1),
    );
    const list = createByteList();

    for (const part of parts) list.append(part);

    expect(list.length()).toBe(Buffer.concat(parts).byteLength);
    expect(list.toBuffer().equals(Buffer.concat(parts))).toBe(true);
    expect(list.heldBytes()).toBeGreaterThanOrEqual(list.length());
  });

  test('keeps copies, so that the parts may be used again', () => {
    const part = Buffer.from('abc');
    const list = createByteList();

    list.append(part);
    part.fill(0);

    expect(list.toBuffer().toString()).toBe('abc');
  });

  test('holds little more than it has', () => {
    const list = createByteList();

    for (let count = 0; count < 10_000; count++) list.append(Buffer.alloc(100));

    expect(list.heldBytes()).toBeLessThan(list.length() + 64 * 1024 + 10_000);
  });
});
