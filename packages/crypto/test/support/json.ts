/** Values for the serializer, and their expected JSON. */
import fc from 'fast-check';
import { serializeJson, type SerializeOptions } from '../../src/index.js';

export const serialized = (value: unknown, options?: SerializeOptions): string =>
  serializeJson(value as object, options).use((bytes) => Buffer.from(bytes).toString('utf8'));

/** Strings of any UTF-16 code units, lone surrogates among them; many that need escapes. */
const unit = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      0x22,
      0x5c,
      0x0a,
      0x0d,
      0x09,
      0x08,
      0x0c,
      0x00,
      0x1f,
      0x7f,
      0x2f,
      0x2028,
      0xfeff,
      0xfffd,
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0xd700, max: 0xe0ff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
);

export const anyString = fc.array(unit, { maxLength: 90 }).map((units) => String.fromCharCode(...units));

/** NaN and the infinities are refused, where JSON.stringify writes null. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

const leaf = fc.oneof(
  { weight: 4, arbitrary: anyString },
  finite,
  fc.integer(),
  fc.constantFrom<unknown>(null, undefined, true, false, -0, 1e21, 5e-324),
  fc.constantFrom<unknown>(Symbol('x'), () => 1, new Date(0), new Date(Number.NaN)),
  anyString.map((text) => new String(text)),
  finite.map((number) => new Number(number)),
  fc.boolean().map((value) => new Boolean(value)),
);

/** Whatever JSON.stringify takes and can express. */
export const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 3, arbitrary: leaf },
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(anyString, tie('value'), { maxKeys: 5 }),
    tie('value').map((inner) => ({ toJSON: (key: string) => [key, inner] })),
  ),
}));
