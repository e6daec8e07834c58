/**
 * A chat-completion request, in the shape of OpenAI's API and of compatible servers. Members that are not named here
 * are passed on to the service unchanged.
 */

/** The required protection of the machine that answers. Sent as a header, never as part of the payload. */
export type SecurityTier = 'standard' | 'high' | 'maximum';

/**
 * Text of a request: a string, or UTF-8 bytes that never become one. A string cannot be wiped from memory; bytes stay
 * the caller's, who can wipe them.
 */
export type Text = string | Uint8Array;

/** Text of a message. */
export interface ContentPartText {
  readonly type: 'text';
  readonly text: Text;
}

/** An image, as a URL or a `data:` URL. */
export interface ContentPartImage {
  readonly type: 'image_url';
  readonly image_url: { readonly url: Text; readonly detail?: 'auto' | 'low' | 'high' };
}

/** Sound, as base64. */
export interface ContentPartAudio {
  readonly type: 'input_audio';
  readonly input_audio: { readonly data: Text; readonly format: 'wav' | 'mp3' };
}

/** A file, as base64 or by its id. */
export interface ContentPartFile {
  readonly type: 'file';
  readonly file: { readonly file_data?: Text; readonly file_id?: string; readonly filename?: string };
}

/** A refusal that the model gave earlier. */
export interface ContentPartRefusal {
  readonly type: 'refusal';
  readonly refusal: Text;
}

/** One part of a user's message. */
export type ContentPart = ContentPartText | ContentPartImage | ContentPartAudio | ContentPartFile;

/** Instructions that take precedence over the user's. */
export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: Text | readonly ContentPartText[];
  readonly name?: string;
}

/** A message of the user. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: Text | readonly ContentPart[];
  readonly name?: string;
}

/** An earlier message of the model. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content?: Text | readonly (ContentPartText | ContentPartRefusal)[] | null;
  readonly refusal?: string | null;
  readonly name?: string;
  readonly tool_calls?: readonly (ToolCallParam | CustomToolCallParam)[];
  /** The single call, in older conversations. */
  readonly function_call?: { readonly name: string; readonly arguments: Text } | null;
  /** Sound of an earlier answer of the model. */
  readonly audio?: { readonly id: string } | null;
}

/** The result of a tool. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly content: Text | readonly ContentPartText[];
  readonly tool_call_id: string;
}

/** The result of a function, in older conversations. */
export interface FunctionMessage {
  readonly role: 'function';
  readonly content: Text | null;
  readonly name: string;
}

/** One message of the conversation. OpenAI's `ChatCompletionMessageParam` can be assigned to it. */
export type ChatMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage;

/** A call of a function that the model asks for. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text written by the model, which can be malformed. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A call of a function that the model asked for earlier. */
export interface ToolCallParam {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: Text };
}

/** A call of a tool with free text that the model asked for earlier. */
export interface CustomToolCallParam {
  readonly id: string;
  readonly type: 'custom';
  readonly custom: { readonly name: string; readonly input: Text };
}

/** A function that the model may call. */
export interface FunctionTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** A JSON Schema. */
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly strict?: boolean | null;
  };
}

/** A tool that takes free text, or text in a grammar. */
export interface CustomTool {
  readonly type: 'custom';
  readonly custom: {
    readonly name: string;
    readonly description?: string;
    readonly format?:
      | { readonly type: 'text' }
      | {
          readonly type: 'grammar';
          readonly grammar: { readonly definition: string; readonly syntax: 'lark' | 'regex' };
        };
  };
}

/** A tool that the model may call. */
export type Tool = FunctionTool | CustomTool;

/** The tool that the model must call, if any. */
export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly type: 'function'; readonly function: { readonly name: string } }
  | { readonly type: 'custom'; readonly custom: { readonly name: string } }
  | {
      readonly type: 'allowed_tools';
      readonly allowed_tools: {
        readonly mode: 'auto' | 'required';
        readonly tools: readonly Readonly<Record<string, unknown>>[];
      };
    };

/** The format of the answer. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema?: Readonly<Record<string, unknown>>;
        readonly strict?: boolean | null;
      };
    };

/** The request of `create()`. At most 10 MiB as JSON. */
export interface ChatCompletionRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly Tool[];
  readonly tool_choice?: ToolChoice;
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: ResponseFormat;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly n?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly logit_bias?: Readonly<Record<string, number>> | null;
  readonly logprobs?: boolean | null;
  readonly top_logprobs?: number | null;
  readonly seed?: number | null;
  /** Supported by vLLM, llama.cpp and Ollama, like the next two. */
  readonly top_k?: number | null;
  readonly min_p?: number | null;
  readonly repetition_penalty?: number | null;
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | null;
  readonly verbosity?: 'low' | 'medium' | 'high' | null;
  readonly prediction?: {
    readonly type: 'content';
    readonly content: Text | readonly ContentPartText[];
  } | null;
  readonly modalities?: readonly ('text' | 'audio')[] | null;
  readonly audio?: { readonly format: string; readonly voice: string } | null;
  readonly service_tier?: 'auto' | 'default' | 'flex' | 'scale' | 'priority' | null;
  readonly store?: boolean | null;
  readonly prompt_cache_key?: string;
  readonly safety_identifier?: string;
  readonly user?: string;
  readonly metadata?: Readonly<Record<string, string>> | null;
  /** For a stream of chunks, set it to `true`: see {@link StreamingChatCompletionRequest}. */
  readonly stream?: false | null;
  /** Sent as the header `X-Security-Tier`, not as part of the payload. Default: none. */
  readonly security_tier?: SecurityTier;
  /** Replaces the client's API key for this call; not part of the payload. Default: the client's. */
  readonly api_key?: string;
}

/** The request of `create()` for a stream of chunks instead of one answer. */
export interface StreamingChatCompletionRequest extends Omit<ChatCompletionRequest, 'stream'> {
  readonly stream: true;
  /** `include_usage`: adds a last chunk without choices, with the number of tokens used. Default: `false`. */
  readonly stream_options?: { readonly include_usage?: boolean } | null;
}
