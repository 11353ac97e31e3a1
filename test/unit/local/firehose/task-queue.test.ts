import { describe, expect, test } from '@jest/globals';
import { createTaskQueue } from '../../../../local/firehose/task-queue.ts';

/** A queue whose tasks end when told. */
function prepare(concurrency: number) {
  const queue = createTaskQueue(concurrency);
  const started: string[] = [];
  const tasks = new Map<string, PromiseWithResolvers<void>>();
  return {
    queue,
    started,
    add(name: string) {
      const task = Promise.withResolvers<void>();
      tasks.set(name, task);
      queue.add(async () => {
        started.push(name);
        await task.promise;
      });
    },
    end: (name: string) => tasks.get(name)?.resolve(),
    fail: (name: string, error: Error) => tasks.get(name)?.reject(error),
  };
}

describe('A task queue', () => {
  test('runs as many tasks at once as it may, in the order they were added', async () => {
    const { queue, started, add, end } = prepare(2);

    for (const name of ['a', 'b', 'c', 'd']) add(name);
    await queue.room();
    const atFirst = [...started];
    end('b');
    await queue.room();
    for (const name of ['a', 'c', 'd']) end(name);
    await queue.idle();

    expect(atFirst).toEqual(['a', 'b']);
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    expect(queue.isIdle()).toBe(true);
  });

  test('runs no task before whoever adds it is done', async () => {
    const { queue, started, add, end } = prepare(1);

    add('a');
    const within = [...started];
    end('a');
    await queue.idle();

    expect(within).toEqual([]);
    expect(started).toEqual(['a']);
  });

  test('has room while no more tasks wait than may run at once', async () => {
    const { queue, add, end } = prepare(1);
    let hasRoom = false;
    add('a');
    add('b');
    await queue.room();

    add('c');
    const room = queue.room().then(() => {
      hasRoom = true;
    });
    await new Promise(setImmediate);
    const before = hasRoom;
    end('a');
    await room;

    expect(before).toBe(false);
    expect(hasRoom).toBe(true);
  });

  test('stops at the first task that fails, and tells everyone', async () => {
    const { queue, started, add, fail } = prepare(1);
    add('a');
    add('b');
    const waiter = queue.idle();

    fail('a', new Error('disk full'));

    await expect(waiter).rejects.toThrow('disk full');
    await expect(queue.room()).rejects.toThrow('disk full');
    expect(() => queue.check()).toThrow('disk full');
    add('c');
    expect(started).toEqual(['a']);
  });
});
