/** So many failures in a row, over different keys, are no longer a matter of single records. */
const FAILURES_MAX = 10;
const FIRST_PROBE_MS = 1_000;
const PROBE_MS_MAX = 30_000;

/**
 * Tells a bad record from an outage.
 *
 * - closed: failures concern their own key. We enter it at the start, and when a probe succeeded.
 * - open: everything fails, so nothing more is tried but one probe now and then, and no failure
 *   counts against a record. We enter it after ten failures in a row over different keys, or when
 *   a record would be parked for an outage that nothing contradicts. We leave it when a probe
 *   succeeded, and when there is nothing left to probe with.
 */
export class Circuit {
  readonly #failedKeys = new Set<string>();
  #isOpen = false;
  #probeMs = FIRST_PROBE_MS;
  #probeAt = 0;
  #lastSuccessAt = 0;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** When the next probe may be made, in milliseconds since 1970. */
  probeAt(now: number): number {
    // Never longer than it was put off, when the clock was set back meanwhile.
    this.#probeAt = Math.min(this.#probeAt, now + this.#probeMs);
    return this.#probeAt;
  }

  /** Answers whether this closed the circuit. */
  succeeded(now: number): boolean {
    this.#lastSuccessAt = now;
    return this.close();
  }

  /** Answers whether it was open. */
  close(): boolean {
    const wasOpen = this.#isOpen;
    this.#failedKeys.clear();
    this.#isOpen = false;
    this.#probeMs = FIRST_PROBE_MS;
    return wasOpen;
  }

  /** Answers whether this opened the circuit. */
  failed(key: string, now: number): boolean {
    // The clock was set back meanwhile: when that was, nobody can tell any more.
    if (this.#lastSuccessAt > now) this.#lastSuccessAt = 0;
    if (this.#isOpen) {
      // What was begun before it opened is no probe: only one at a time makes the waits longer.
      if (now >= this.#probeAt) {
        this.#probeMs = Math.min(PROBE_MS_MAX, 2 * this.#probeMs);
        this.#probeAt = now + this.#probeMs;
      }
      return false;
    }
    this.#failedKeys.add(key);
    return this.#failedKeys.size >= FAILURES_MAX && this.open(now);
  }

  /** Whether nothing at all has succeeded since a time: then an outage explains a failure. */
  nothingSucceededSince(time: number): boolean {
    return this.#lastSuccessAt < time;
  }

  open(now: number): boolean {
    const wasClosed = !this.#isOpen;
    this.#isOpen = true;
    if (wasClosed) this.#probeAt = now + this.#probeMs;
    return wasClosed;
  }
}
