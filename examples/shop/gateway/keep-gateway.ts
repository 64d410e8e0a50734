/**
 * Keeps a gateway running as long as the shop does: one that ends without being asked to, however
 * that comes, is started again on its file and its port, and is switched as it was. Until then calls
 * fail as those to a gateway that cannot be reached; with the same keys they are made again.
 *
 * The waits between two tries double from `firstDelayMs` to `delayMsMax`, so that a gateway that
 * cannot start (its disk is full) costs a line now and then and nothing else; it is never given up.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { GatewayClient } from './client.ts';
import { startGateway, type RunningGateway, type StartGatewayOptions } from './start.ts';

export type KeepGatewayOptions = StartGatewayOptions & {
  /** Told in words when the gateway has ended, could not be started, and runs again. */
  readonly tell: (text: string) => void;
  /** The wait before the first try to start it again, in milliseconds; default 100. */
  readonly firstDelayMs?: number;
  /** The longest wait between two tries, in milliseconds; default 10,000. */
  readonly delayMsMax?: number;
};

/** @throws {GatewayStartError} when it does not start in the first place: that is no accident. */
export async function keepGateway(options: KeepGatewayOptions): Promise<KeptGateway> {
  return new KeptGateway(options, await startGateway(options));
}

/** A gateway that ran this long did not fail at its start: the next wait is a first one again. */
const STEADY_MS = 10_000;

export class KeptGateway {
  readonly client: GatewayClient;
  readonly #options: KeepGatewayOptions;
  readonly #port: number;
  readonly #closing = new AbortController();
  readonly #kept: Promise<void>;
  #running: RunningGateway;
  #startedAtMs = performance.now();
  #isGone = false;
  #wanted: 'on' | 'off' = 'on';

  constructor(options: KeepGatewayOptions, running: RunningGateway) {
    this.#options = options;
    this.#running = running;
    this.#port = running.port;
    this.client = new GatewayClient({ port: running.port });
    this.#kept = this.#keep();
  }

  /** The process of now: after it was started again another one. */
  get pid(): number {
    return this.#running.pid;
  }

  /** The same whenever it is started again. */
  get port(): number {
    return this.#port;
  }

  /** gone: it has ended, and is not started again yet. */
  get status(): 'on' | 'off' | 'gone' {
    return this.#isGone ? 'gone' : this.#wanted;
  }

  /** Switches it off for a while, or on again. It is remembered when the gateway is started again. */
  async switchTo(to: 'on' | 'off'): Promise<void> {
    await this.client.switchGateway(to);
    this.#wanted = to;
  }

  /** Lets running requests finish, ends the process, and starts it no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.client.close();
    await this.#running.stop();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { firstDelayMs = 100, delayMsMax = 10_000, tell } = this.#options;
    let delayMs = firstDelayMs;
    for (;;) {
      const { exitCode, signal } = await this.#running.ended;
      if (this.#closing.signal.aborted) return;
      this.#isGone = true;
      if (performance.now() - this.#startedAtMs > STEADY_MS) delayMs = firstDelayMs;
      let trouble: string | undefined = `has ended (${signal ?? `exit code ${exitCode}`})`;
      for (; trouble !== undefined; delayMs = Math.min(2 * delayMs, delayMsMax)) {
        tell(`The payment gateway ${trouble}; it is started again in ${delayMs} ms.`);
        await wait(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
        if (this.#closing.signal.aborted) return;
        trouble = await this.#startAgain();
      }
      if (this.#closing.signal.aborted) return this.#running.stop();
      this.#isGone = false;
      tell('The payment gateway runs again; what waited for it goes on.');
    }
  }

  /** On the same port, by which it is known. Answers what is wrong, if it could not be started. */
  async #startAgain(): Promise<string | undefined> {
    const isOff = this.#wanted === 'off';
    try {
      this.#running = await startGateway({ ...this.#options, port: this.#port, isOff });
    } catch (error) {
      return `could not be started (${error instanceof Error ? error.message : String(error)})`;
    }
    this.#startedAtMs = performance.now();
    return undefined;
  }
}
