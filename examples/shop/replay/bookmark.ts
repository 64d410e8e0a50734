/**
 * How far the replay of an order file came: everything up to that minute has settled everywhere, so one that was
 * interrupted goes on behind it. Gone when the replay came to its end; another file does not find it.
 *
 * It only saves time, so it is written without a sync: what is lost of it is asked for again.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

type Place = { readonly file: string; readonly minute: string };

export class Bookmark {
  readonly #path: string;
  readonly #file: string;
  #minute: string | undefined;

  /** @param file tells the order file from others, a hash of what it says */
  constructor(path: string, file: string) {
    this.#path = path;
    this.#file = file;
    const found = read(path);
    this.#minute = found?.file === file ? found.minute : undefined;
  }

  isBehind(minute: string): boolean {
    return this.#minute !== undefined && minute <= this.#minute;
  }

  put(minute: string): void {
    this.#minute = minute;
    const place: Place = { file: this.#file, minute };
    writeFileSync(this.#path, JSON.stringify(place));
  }

  remove(): void {
    this.#minute = undefined;
    rmSync(this.#path, { force: true });
  }
}

/** Undefined where there is none, or none that can be read: a kill may leave it empty. */
function read(path: string): Place | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Place;
  } catch {
    return undefined;
  }
}
