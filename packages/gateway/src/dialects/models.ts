/** The router's list of models, and one model of it, as OpenAI's and Anthropic's clients read them. Pure. */
import { isObject } from '@nomyo/base';

type Json = Readonly<Record<string, unknown>>;

/** The names in a list of models. @param list as the router gives it: `{ data: [{ id }] }` */
export const modelNames = (list: unknown): readonly string[] => entriesOf(list).map(({ id }) => id);

/** One model of the list. @returns undefined when the router has none of this name */
export const modelOf = (list: unknown, name: string): Json | undefined =>
  entriesOf(list).find(({ id }) => id === name);

/** The list as Anthropic's clients read it. All of it is one page. */
export function anthropicList(list: unknown): Json {
  const data = entriesOf(list).map(anthropicModel);
  return {
    data,
    has_more: false,
    first_id: data.at(0)?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
  };
}

/** A model as Anthropic's clients read it. @param model as the router describes it */
export function anthropicModel({ id, created }: Json): Json {
  const seconds = typeof created === 'number' && created >= 0 && created < MAX_SECONDS ? created : 0;
  return { type: 'model', id, display_name: id, created_at: new Date(seconds * 1000).toISOString() };
}

/** The year 9999: later ones have no plain ISO form. */
const MAX_SECONDS = 253_402_300_800;

function entriesOf(list: unknown): readonly (Json & { readonly id: string })[] {
  const data: readonly unknown[] = isObject(list) && Array.isArray(list['data']) ? list['data'] : [];
  return data.filter(
    (entry): entry is Json & { readonly id: string } => isObject(entry) && typeof entry['id'] === 'string',
  );
}
