import { describe, expect, test } from '@jest/globals';
import { createFunctionLog } from '../../../../local/stream/function-log.ts';

const summary = (failures: Record<string, number>, tags: object) => {
  const told = Object.entries(failures).map(([code, count]) => [code, { count, recordIds: [] }]);
  const line = { message: 'Batch transformed', failures: Object.fromEntries(told), tags };
  return `${JSON.stringify(line)}\n`;
};

describe('The log of the function', () => {
  test('is summed up over its invocations, however it comes in chunks', () => {
    const log = createFunctionLog();
    const text =
      summary({ BAD_JSON: 1 }, { found: 2 }) + summary({ BAD_JSON: 2, TOO_DEEP: 1 }, { none: 1 });

    for (const char of text) log.input.write(char);

    expect(log.failures()).toEqual({ BAD_JSON: 3, TOO_DEEP: 1 });
    expect(log.tags()).toEqual({ found: 2, none: 1 });
  });

  test('tells why a record failed, where it is told', () => {
    const log = createFunctionLog();
    const failed = { recordId: '1', code: 'BAD_JSON', reason: 'a key without a colon' };

    log.input.write(`${JSON.stringify({ level: 'DEBUG', message: 'Record failed', ...failed })}\n`);
    log.input.write(summary({ BAD_JSON: 1 }, {}));

    expect(log.failureOf('1')).toEqual({ code: 'BAD_JSON', reason: 'a key without a colon' });
    expect(log.failureOf('2')).toBeUndefined();
    expect(log.invocations()).toBe(1);
  });

  test('tells the code of the first few of a batch at any level, and the reason where it is told', () => {
    const log = createFunctionLog();
    const failures = { BAD_JSON: { count: 5, recordIds: ['1', '2'] } };
    const failed = { recordId: '1', code: 'BAD_JSON', reason: 'a key without a colon' };

    log.input.write(`${JSON.stringify({ message: 'Record failed', ...failed })}\n`);
    log.input.write(`${JSON.stringify({ message: 'Batch transformed', failures })}\n`);

    expect(log.failureOf('1')?.reason).toBe('a key without a colon');
    expect(log.failureOf('2')).toEqual({ code: 'BAD_JSON', reason: '' });
    expect(log.failureOf('3')).toBeUndefined();
  });

  test('may hold anything else', () => {
    const log = createFunctionLog();

    log.input.write('Batch transformed {\n{"message":"other","tags":{"found":1}}\nnull\n');
    log.input.write('{"message":"Batch transformed"}\n');

    expect(log.failures()).toEqual({});
  });

  test('is handed on as it is', () => {
    const texts: string[] = [];
    const log = createFunctionLog((text) => texts.push(text));

    log.input.write('a\nb');

    expect(texts).toEqual(['a\nb']);
  });
});
