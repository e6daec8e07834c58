/**
 * Frames made by hand, each message wrong in one way or in none: unlike a flipped bit, which a tag catches, these are sealed
 * well, so that the checks after the tag are exercised.
 */
import type { Random } from '../../common/random.js';

/** Seals the next frame: its plaintext, and LENGTH ‖ TYPE as associated data. */
export type SealFrame = (plaintext: Buffer, header: Buffer) => Promise<Buffer>;

export interface CraftedMessage {
  /** The frames, one after the other. */
  readonly bytes: Buffer;
  /** How it may be taken: `ok`, or codes of the table. */
  readonly allowed: readonly string[];
  /** Its plaintext, if it can be opened. */
  readonly body: Buffer;
}

interface Plain {
  type: number;
  plaintext: Buffer;
}

type Side = 'request' | 'answer';

const TYPE = { head: 1, data: 2, end: 3, abort: 4 } as const;
const TAG_BYTES = 16;
const MALFORMED = ['MALFORMED'] as const;

/** How a message is made wrong before it is sealed. */
const PLAIN_DEFECTS: Readonly<
  Record<string, (frames: Plain[], random: Random, side: Side) => readonly string[]>
> = {
  'content longer than its frame'(frames, random) {
    const { plaintext } = random.pick(frames);
    plaintext.writeUInt32BE(random.pick([plaintext.byteLength - 3, 0x7fff_ffff, 0xffff_ffff]));
    return MALFORMED;
  },
  'padding that is not zero'(frames, random) {
    const frame = random.pick(frames);
    const padding = Buffer.alloc(1 + random.below(64));
    padding[random.below(padding.byteLength)] = 1 + random.below(255);
    frame.plaintext = Buffer.concat([frame.plaintext, padding]);
    return MALFORMED;
  },
  'no room for a content length'(frames, random) {
    const frame = random.pick(frames);
    frame.plaintext = Buffer.alloc(random.below(4));
    return MALFORMED;
  },
  'a type out of place'(frames, random, side) {
    const at = random.below(frames.length);
    const wrong = at === 0 ? [0, 2, 3, 4, 255] : [0, 1, 5, 255, ...(side === 'request' ? [TYPE.abort] : [])];
    for (const frame of frames.slice(at, at + 1)) frame.type = random.pick(wrong);
    return MALFORMED;
  },
  'a frame behind END'(frames, random) {
    frames.push(plainFrame(random.pick([TYPE.data, TYPE.end]), random.bytes(random.below(20)), 0));
    return MALFORMED;
  },
  'no END'(frames) {
    frames.pop();
    return ['TRUNCATED'];
  },
  'a head that was changed'(frames, random) {
    for (const { plaintext } of frames.slice(0, 1)) {
      const at = 4 + random.below(Math.max(plaintext.byteLength - 4, 1));
      plaintext[at] = random.below(256);
    }
    return ['ok', 'MALFORMED', 'TIER_MISMATCH'];
  },
};

/** How it is made wrong afterwards. */
const SEALED_DEFECTS: Readonly<Record<string, (frames: Buffer[], random: Random) => readonly string[]>> = {
  'a flipped bit'(frames, random) {
    const frame = random.pick(frames);
    const at = 5 + random.below(frame.byteLength - 5);
    frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
    return ['UNOPENABLE'];
  },
  'a length that is no length'(frames, random) {
    random.pick(frames).writeUInt32BE(random.pick([0, 15, 19, 262_145, 0xffff_ffff]));
    return MALFORMED;
  },
  'another length'(frames, random) {
    random.pick(frames).writeUInt32BE(20 + random.below(4_000));
    return ['ok', 'UNOPENABLE', 'TRUNCATED', 'MALFORMED'];
  },
  'frames in another order'(frames, random) {
    frames.push(...frames.splice(random.below(frames.length - 1), 1));
    return ['UNOPENABLE', 'MALFORMED'];
  },
  'a frame twice'(frames, random) {
    const at = random.below(frames.length);
    frames.splice(at, 0, ...frames.slice(at, at + 1));
    return ['UNOPENABLE', 'MALFORMED'];
  },
  'a frame left out'(frames, random) {
    frames.splice(random.below(frames.length - 1), 1);
    return ['UNOPENABLE', 'MALFORMED'];
  },
  'a cut'(frames, random) {
    const at = random.below(frames.length);
    const kept = frames.slice(at, at + 1).map((frame) => frame.subarray(0, random.below(frame.byteLength)));
    frames.splice(at, frames.length, ...kept);
    return ['TRUNCATED'];
  },
  'a byte behind END'(frames, random) {
    frames.push(random.bytes(1 + random.below(8)));
    return MALFORMED;
  },
};

/** @param head content of the first frame */
export async function craft(
  seal: SealFrame,
  head: Buffer,
  random: Random,
  side: Side,
): Promise<CraftedMessage> {
  const bodies = Array.from({ length: random.below(4) + 1 }, () => random.bytes(sizeOf(random)));
  const frames = [plainFrame(TYPE.head, head, random.below(40))];
  bodies.forEach((content, at) => {
    const type = at === bodies.length - 1 ? TYPE.end : TYPE.data;
    frames.push(plainFrame(type, content, random.below(40)));
  });
  const isPlain = random.oneIn(2);
  const planted = random.oneIn(8) ? undefined : isPlain ? PLAIN_DEFECTS : SEALED_DEFECTS;
  const before = planted === PLAIN_DEFECTS ? pickOf(PLAIN_DEFECTS, random)(frames, random, side) : undefined;
  const sealed: Buffer[] = [];
  for (const { type, plaintext } of frames) sealed.push(await sealedFrame(seal, type, plaintext));
  const after = planted === SEALED_DEFECTS ? pickOf(SEALED_DEFECTS, random)(sealed, random) : undefined;
  return { bytes: Buffer.concat(sealed), allowed: before ?? after ?? ['ok'], body: Buffer.concat(bodies) };
}

function pickOf<T>(table: Readonly<Record<string, T>>, random: Random): T {
  return random.pick(Object.values(table));
}

function sizeOf(random: Random): number {
  return random.below(random.pick([1, 30, 600, 5_000]));
}

function plainFrame(type: number, content: Buffer, padding: number): Plain {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.byteLength);
  return { type, plaintext: Buffer.concat([length, content, Buffer.alloc(padding)]) };
}

async function sealedFrame(seal: SealFrame, type: number, plaintext: Buffer): Promise<Buffer> {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(plaintext.byteLength + TAG_BYTES);
  header[4] = type;
  return Buffer.concat([header, await seal(plaintext, header)]);
}
