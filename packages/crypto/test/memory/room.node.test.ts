import { describe, expect, it } from '@jest/globals';
import { withLockedMemory } from '../../src/index.js';
import { lockLimits, type LockState } from '../../src/memory/lock-limits.node.js';
import { NoRoomError } from '../../src/memory/not-locked.js';
import { heldBytes, lockedMemoryWasReleased, lockedMemoryWasTaken } from '../../src/memory/room.js';
import { caught } from '../support/errors.js';

const LIMIT = 1000;

/** A process that may lock 1,000 bytes, 100 of which last. */
class Room {
  used = 100;

  take(bytes: number): void {
    if (this.used + bytes > LIMIT) throw new NoRoomError(bytes, lockLimits(this.#state()));
    this.used += bytes;
    lockedMemoryWasTaken(bytes);
  }

  give(bytes: number): void {
    this.used -= bytes;
    lockedMemoryWasReleased(bytes);
  }

  #state(): LockState {
    return { lockedBytes: this.used, lastingBytes: 100, limitBytes: LIMIT, heldBytes: heldBytes() };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const patient = { timeout: 60_000 };

describe('withLockedMemory', () => {
  it('runs at once if there is room', async () => {
    const room = new Room();
    expect(await withLockedMemory(() => (room.take(900), 'done'), patient)).toBe('done');
    room.give(900);
  });

  it('waits until others have released theirs, in the order of arrival', async () => {
    const room = new Room();
    const order: string[] = [];
    room.take(800);
    const enter = (name: string, bytes: number): Promise<void> =>
      withLockedMemory(() => {
        room.take(bytes);
        order.push(name);
      }, patient);
    const waiting = [enter('large', 700), enter('small', 50), enter('tiny', 1)];
    await turn();
    // The small ones would fit, and wait: else the large one could wait for ever.
    expect(order).toEqual([]);
    room.give(800);
    await Promise.all(waiting);
    expect(order).toEqual(['large', 'small', 'tiny']);
    room.give(751);
  });

  it('lets tasks that end work go before those that begin it', async () => {
    const room = new Room();
    const order: string[] = [];
    room.take(900);
    const enter = (name: string, urgent: boolean): Promise<void> =>
      withLockedMemory(
        () => {
          room.take(800);
          order.push(name);
          room.give(800);
        },
        { ...patient, urgent },
      );
    const waiting = [enter('request', false), enter('answer', true), enter('next answer', true)];
    await turn();
    room.give(900);
    await Promise.all(waiting);
    expect(order).toEqual(['answer', 'next answer', 'request']);
  });

  it('refuses at once what can never fit, and names the limit to raise', async () => {
    const room = new Room();
    const error = await caught(() => withLockedMemory(() => room.take(901), patient));
    expect(error).toMatchObject({
      name: 'SecurityError',
      code: 'MEMORY_NOT_LOCKED',
      possiblyExecuted: false,
    });
    const { message } = error as Error;
    expect(message).toContain('901 bytes of memory can never be locked');
    expect(message).toContain('100 of the 1000 bytes');
    expect(message).toMatch(/raise RLIMIT_MEMLOCK to at least 2097152 bytes \(ulimit -l 2048\)/);
  });

  it('counts the parts of one task together, which can never fit', async () => {
    const room = new Room();
    const task = (): void => {
      room.take(500);
      try {
        room.take(500);
      } finally {
        room.give(500);
      }
    };
    expect(await caught(() => withLockedMemory(task, patient))).toMatchObject({ neededBytes: 1000 });
  });

  it('fails when its time is up, and lets the next one continue', async () => {
    const room = new Room();
    room.take(900);
    const late = caught(() => withLockedMemory(() => room.take(500), { timeout: 20 }));
    const next = withLockedMemory(() => room.take(10), patient);
    expect(await late).toMatchObject({
      code: 'MEMORY_NOT_LOCKED',
      message: expect.stringContaining('cannot now be locked'),
    });
    room.give(900);
    await next;
    room.give(10);
  });

  it('ends with the reason of an aborted signal', async () => {
    const room = new Room();
    room.take(900);
    const controller = new AbortController();
    const waiting = withLockedMemory(() => room.take(500), { ...patient, signal: controller.signal });
    await turn();
    const reason = { why: 'mine' };
    controller.abort(reason);
    expect(await caught(() => waiting)).toBe(reason);
    expect(await caught(() => withLockedMemory(() => 1, { ...patient, signal: controller.signal }))).toBe(
      reason,
    );
    room.give(900);
  });

  it('runs a promise again, and passes other errors on', async () => {
    const room = new Room();
    room.take(900);
    let attempts = 0;
    const waiting = withLockedMemory(async () => {
      await turn();
      attempts += 1;
      room.take(500);
    }, patient);
    await turn();
    await turn();
    room.give(900);
    await waiting;
    expect(attempts).toBeGreaterThan(1);
    room.give(500);
    const mine = new RangeError('mine');
    expect(await caught(() => withLockedMemory(() => Promise.reject(mine), patient))).toBe(mine);
  });

  it('does not wait where nothing is locked that could be released', async () => {
    const state = { lockedBytes: 0, lastingBytes: 0, limitBytes: null, heldBytes: 0 };
    const refused = (): never => {
      throw new NoRoomError(10, lockLimits(state));
    };
    expect(await caught(() => withLockedMemory(refused, patient))).toMatchObject({ isHopeless: true });
  });
});
