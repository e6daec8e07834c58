/**
 * An answer whose JSON is here already. Node makes a stream of every body, and to read a short text back out of one
 * costs more than the rest of the adapter; most libraries want the text, or what `JSON.parse` makes of it. The stream
 * is made when somebody asks for one.
 */

/** Servers of Deno and Bun bypass the methods of a `Response`, and their own responses are cheap. */
const isNode = process.versions['deno'] === undefined && process.versions['bun'] === undefined;

type ResponseOfJson = new (init: ResponseInit, content: JsonBody) => Response;

let LateResponse: ResponseOfJson | undefined;

/** @param content text, or a result of `JSON.parse`, which the response owns from now on */
export function jsonResponse(content: string | object, init: ResponseInit): Response {
  if (!isNode) return new Response(textOf(content), init);
  // Defined on first use: Node takes some 50 ms to load the class that it extends.
  LateResponse ??= defineLateResponse();
  return new LateResponse(init, new JsonBody(content));
}

function textOf(content: string | object): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** JSON that is handed out once, or by one of Node's own `Response` objects, according to the standard. */
class JsonBody {
  /** `undefined` once it has been handed out. */
  #content: string | object | undefined;
  #ordinary: Response | undefined;

  constructor(content: string | object) {
    this.#content = content;
  }

  get isUsed(): boolean {
    return this.#ordinary?.bodyUsed ?? this.#content === undefined;
  }

  async text(response: Response): Promise<string> {
    const content = this.#take();
    return content === undefined ? this.ordinary(response).text() : textOf(content);
  }

  async json(response: Response): Promise<unknown> {
    const content = this.#take();
    if (content === undefined) return this.ordinary(response).json();
    return typeof content === 'string' ? (JSON.parse(content) as unknown) : content;
  }

  /** Node's own response, made when more than the JSON is needed. */
  ordinary({ status, statusText, headers }: Response): Response {
    if (this.#ordinary !== undefined) return this.#ordinary;
    const content = this.#content;
    this.#ordinary = new Response(textOf(content ?? ''), { status, statusText, headers });
    // Chunks already delivered are not delivered again, whichever way the next reader comes.
    if (content === undefined) void this.#ordinary.text();
    return this.#ordinary;
  }

  #take(): string | object | undefined {
    if (this.#ordinary !== undefined) return undefined;
    const content = this.#content;
    this.#content = undefined;
    return content;
  }
}

function defineLateResponse(): ResponseOfJson {
  return class extends Response {
    readonly #content: JsonBody;

    constructor(init: ResponseInit, content: JsonBody) {
      super(null, init);
      this.#content = content;
    }

    override get body(): Response['body'] {
      return this.#content.ordinary(this).body;
    }
    override get bodyUsed(): boolean {
      return this.#content.isUsed;
    }
    override text(): Promise<string> {
      return this.#content.text(this);
    }
    override json(): Promise<unknown> {
      return this.#content.json(this);
    }
    override arrayBuffer(): Promise<ArrayBuffer> {
      return this.#content.ordinary(this).arrayBuffer();
    }
    override bytes(): Promise<Uint8Array<ArrayBuffer>> {
      return this.#content.ordinary(this).bytes();
    }
    override blob(): Promise<Blob> {
      return this.#content.ordinary(this).blob();
    }
    override formData(): Promise<FormData> {
      return this.#content.ordinary(this).formData();
    }
    override clone(): Response {
      return this.#content.ordinary(this).clone();
    }
  };
}
