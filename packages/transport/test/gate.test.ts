import { expect, it } from '@jest/globals';
import { Gate } from '../src/gate.js';
import { rejection } from './support/peer.js';

const never = new AbortController().signal;

it('lets in as many as there are places, in their order', async () => {
  const gate = new Gate(3);
  let inside = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      gate.run(async () => {
        order.push(i);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside -= 1;
      }, never),
    ),
  );
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

it.each(Array.from({ length: 12 }, (_, steps) => steps))(
  'loses no place to failures, nor to those who leave the line (%d steps after they are called)',
  async (steps) => {
    const gate = new Gate(1);
    let finish = (): void => undefined;
    const first = gate.run(() => new Promise<void>((resolve) => (finish = resolve)));
    const controller = new AbortController();
    const leaving = gate
      .run(() => Promise.resolve('in time'), controller.signal)
      .catch((reason: unknown) => reason);
    const failing = rejection(gate.run(() => Promise.reject(new Error('fails'))));
    await new Promise((resolve) => setTimeout(resolve, 0));
    finish();
    for (let i = 0; i < steps; i += 1) await Promise.resolve();
    controller.abort('gone');
    await first;
    expect(['gone', 'in time']).toContain(await leaving);
    expect(await failing).toMatchObject({ message: 'fails' });
    expect(await gate.run(() => Promise.resolve('in'))).toBe('in');
  },
);
