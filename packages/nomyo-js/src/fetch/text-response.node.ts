/**
 * An answer whose body is a text that is here already. Node makes a stream of every body, and to read a short text back
 * out of one costs more than the rest of the adapter; most libraries want the text. The stream is made when somebody
 * asks for one.
 */

/** Deno and Bun look past the methods of what a server answers with, and their own responses are cheap. */
const isNode = process.versions['deno'] === undefined && process.versions['bun'] === undefined;

type ResponseOfText = new (init: ResponseInit, text: TextBody) => Response;

let LateResponse: ResponseOfText | undefined;

export function textResponse(text: string, init: ResponseInit): Response {
  if (!isNode) return new Response(text, init);
  // Made late: the class that it extends takes Node some 50 ms to load.
  LateResponse ??= defineLateResponse();
  return new LateResponse(init, new TextBody(text));
}

/** A text that is given out once, or a `Response` of Node's own that does it as the standard says. */
class TextBody {
  readonly #text: string;
  #isTaken = false;
  #ordinary: Response | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get isUsed(): boolean {
    return this.#ordinary?.bodyUsed ?? this.#isTaken;
  }

  async take(response: Response): Promise<string> {
    if (this.#isTaken || this.#ordinary !== undefined) return this.ordinary(response).text();
    this.#isTaken = true;
    return this.#text;
  }

  /** Made when somebody wants more than the text. */
  ordinary({ status, statusText, headers }: Response): Response {
    if (this.#ordinary !== undefined) return this.#ordinary;
    this.#ordinary = new Response(this.#text, { status, statusText, headers });
    // What was given out stays given out, whichever way the next reader comes.
    if (this.#isTaken) void this.#ordinary.text();
    return this.#ordinary;
  }
}

function defineLateResponse(): ResponseOfText {
  return class extends Response {
    readonly #content: TextBody;

    constructor(init: ResponseInit, content: TextBody) {
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
      return this.#content.take(this);
    }
    override async json(): Promise<unknown> {
      return JSON.parse(await this.text()) as unknown;
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
