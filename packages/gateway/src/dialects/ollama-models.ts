/** Models as Ollama's clients ask for them: `/api/tags` and `/api/show`. Pure. */
import { InvalidArgumentError } from '@nomyo/base';
import { modelNames } from './models.js';

type Json = Readonly<Record<string, unknown>>;

/** Nothing is known of a model but its name; clients take empty strings for "unknown". */
const DETAILS: Json = {
  parent_model: '',
  format: '',
  family: '',
  families: [],
  parameter_size: '',
  quantization_level: '',
};

const MODIFIED_AT = new Date(0).toISOString();

/** The capabilities of any model behind the gateway. Whether a model can use tools is up to the router. */
const CAPABILITIES: readonly string[] = ['completion', 'tools'];

/** @param list as `/v1/models` gives it */
export function tagsOf(list: unknown): Json {
  return {
    models: modelNames(list).map((name) => ({
      name,
      model: name,
      modified_at: MODIFIED_AT,
      size: 0,
      digest: '',
      details: DETAILS,
    })),
  };
}

/**
 * The model that `/api/show` asks about. Older clients call it `name`.
 *
 * @throws {InvalidArgumentError}
 */
export function shownModel({ model, name = model }: Json): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new InvalidArgumentError('model', 'must be the name of a model');
}

/** Finds a model by its name; Ollama's clients add `:latest` to names without a tag. */
export function findModel(list: unknown, name: string): string | undefined {
  const names = modelNames(list);
  return [name, name.replace(/:latest$/u, '')].find((candidate) => names.includes(candidate));
}

/** The answer of `/api/show`. */
export function showOf(name: string): Json {
  return {
    license: '',
    modelfile: `FROM ${name}\n`,
    parameters: '',
    template: '',
    details: DETAILS,
    model_info: { 'general.architecture': '', 'general.basename': name },
    capabilities: CAPABILITIES,
    modified_at: MODIFIED_AT,
  };
}
