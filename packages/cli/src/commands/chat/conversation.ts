/** The conversation so far, in memory only. */
import type { ChatMessage, ContentPart, SecurityTier } from 'nomyo-js';

/** A conversation with a model. */
export class Conversation {
  model: string;
  tier: SecurityTier | undefined;
  readonly #messages: ChatMessage[] = [];
  #attachments: ContentPart[] = [];

  constructor(model: string, tier: SecurityTier | undefined, system: string | undefined) {
    this.model = model;
    this.tier = tier;
    if (system !== undefined) this.#messages.push({ role: 'system', content: system });
  }

  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Goes with the next message. */
  attach(part: ContentPart): void {
    this.#attachments.push(part);
  }

  /** The messages to send, ending with the next one; nothing is remembered until it is answered. */
  next(text: string): readonly ChatMessage[] {
    const parts = this.#attachments;
    const content = parts.length === 0 ? text : [...parts, { type: 'text' as const, text }];
    return [...this.#messages, { role: 'user', content }];
  }

  /** Remembers a message and its answer. */
  answered(sent: readonly ChatMessage[], answer: string): void {
    const last = sent.at(-1);
    if (last !== undefined) this.#messages.push(last);
    this.#messages.push({ role: 'assistant', content: answer });
    this.#attachments = [];
  }

  /** Forgets everything but the instructions. */
  clear(): void {
    const isKept = this.#messages[0]?.role === 'system';
    this.#messages.length = isKept ? 1 : 0;
    this.#attachments = [];
  }
}
