/**
 * Tells a story while it happens. It makes nothing up: it reads what the logs recorded since it
 * last looked, of both contexts, and says it under the time at which it was recorded.
 */
import { styleText } from 'node:util';
import type { RunOptions } from 'thereupon';
import { timeInWords } from '../notices/model/letter.ts';
import { sentence, type Told } from './sentences.ts';

type Store = RunOptions['store'];
type Log = Awaited<ReturnType<Store['reader']>>;

/** More than one deed causes; the rest would be told with the next one. */
const RECORDS_MAX = 1_000;
const NAME_WIDTH = 22;

export class Storyteller {
  readonly #logs: readonly { readonly log: Log; told: number }[];
  readonly #print: (line: string) => void;
  #time = '';
  #shown = '';

  private constructor(logs: readonly Log[], print: (line: string) => void) {
    this.#logs = logs.map((log) => ({ log, told: 0 }));
    this.#print = print;
  }

  static async of(store: Store, contexts: readonly string[], print: (line: string) => void) {
    return new Storyteller(await Promise.all(contexts.map((name) => store.reader(name))), print);
  }

  /** Tells what has happened since it last did. */
  async tell(): Promise<void> {
    for (const reading of this.#logs) {
      const records = await reading.log.read({ after: reading.told, limit: RECORDS_MAX });
      reading.told = records.at(-1)?.position ?? reading.told;
      for (const { type, direction, data, recordedAt } of records) {
        if (direction !== 'domain' && direction !== 'timer') continue;
        const at = new Date(recordedAt).toISOString();
        // A timer's record is called by its process, too: hold/CollectionOverdue.
        const event = { type: type.split('/').at(-1), data: JSON.parse(data) as unknown } as Told;
        this.say(at, event.type, sentence(event, at));
      }
    }
  }

  /** Says one thing of its own. */
  say(at: string, name: string, words: string): void {
    const time = timeInWords(at);
    if (time !== this.#time) this.#print(`\n${styleText('bold', time)}`);
    this.#time = time;
    this.#print(`  ${styleText('dim', name.padEnd(NAME_WIDTH))}${words}`);
  }

  /** Shows how it stands now, when that is not as it stood before. */
  show(words: string): void {
    if (words !== this.#shown)
      this.#print(styleText('dim', `  ${'catalogue'.padEnd(NAME_WIDTH)}${words}`));
    this.#shown = words;
  }

  async close(): Promise<void> {
    for (const { log } of this.#logs) await log.close();
  }
}
