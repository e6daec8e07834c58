/** Shared by the drivers: the questions, and a tool. */
import { z } from 'zod';

export const MODEL = 'compatible-model';

const name = 'weather';
const description = 'The temperature in a city';
/** JSON Schema. */
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

export const weather = {
  name,
  description,
  parameters,
  declaration: { name, description, parameters },
  schema: z.object({ city: z.string() }),
  run: ({ city }) => `${city}: 7 degrees`,
};

/** The schema that structured output asks for. */
export const report = z.object({ city: z.string(), celsius: z.number() });

/** A test sees at a glance that every member has arrived. */
export const reportText = ({ city, celsius }) => `${city}: ${String(celsius)}`;

/** The texts of an iterable of pieces, joined. */
export async function joined(stream, textOf) {
  let text = '';
  for await (const piece of stream) text += textOf(piece) ?? '';
  return text;
}
