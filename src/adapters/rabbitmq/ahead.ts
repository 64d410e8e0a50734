import { firstPage, PAGE_CHARACTERS_MAX } from '../../log/page.ts';
import type { AmqpMessage } from './amqp-client.ts';

/**
 * So many messages are sent ahead that nobody has asked for yet; the rest stay in the queue. It is the same
 * for all who ever read a queue: a quorum queue puts what comes back behind what came back before and was not sent
 * again since. Who asks for fewer than the one before him leaves such a rest, and breaks the order
 * when he ends.
 */
export const AHEAD_MAX = 256;
/** So many bytes of them are kept, and at least one message. */
const AHEAD_BYTES_MAX = 67_108_864;

/**
 * What the server has sent ahead of who asks. The server counts messages, and knows no bound of bytes: of large
 * ones it sends more than are kept here. The first that is too much is let go with all behind it; when
 * those before it are taken, the queue is read anew from there. What is let go was not acknowledged:
 * it goes back to its place in the queue.
 */
export class Ahead {
  #messages: AmqpMessage[] = [];
  /** Of those that are kept. */
  #bytes = 0;
  #isCut = false;
  /** Whether something was let go that has not come again yet. */
  #owes = false;

  /** Whether nothing is here, nor still to come again. */
  get isEmpty(): boolean {
    return !this.isReady && !this.#owes;
  }

  /** Whether there is something to take. */
  get isReady(): boolean {
    return this.#messages.length > 0;
  }

  /** Whether nothing more comes until the queue is read anew. */
  get isOver(): boolean {
    return this.#isCut && !this.isReady;
  }

  come(message: AmqpMessage): void {
    const bytes = message.content.length;
    this.#isCut ||= this.isReady && this.#bytes + bytes > AHEAD_BYTES_MAX;
    this.#owes = this.#isCut;
    if (this.#isCut) return;
    this.#messages.push(message);
    this.#bytes += bytes;
  }

  /** The next ones. Of large messages a few: as texts they are all in memory at once. */
  take(limit: number): readonly AmqpMessage[] {
    const bound = { limit, charactersMax: PAGE_CHARACTERS_MAX };
    // A text has at most as many characters as bytes.
    const page = firstPage(this.#messages, bound, ({ content }) => content.length);
    this.#messages.splice(0, page.length);
    for (const { content } of page) this.#bytes -= content.length;
    return page;
  }

  /** The queue is read anew from what was let go. */
  goOn(): void {
    this.#isCut = false;
  }

  /** The queue is known to be empty: what was let go does not come again, as somebody has purged it. */
  hasNoMore(): void {
    if (!this.#isCut) this.#owes = false;
  }
}
