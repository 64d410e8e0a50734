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
 *   a record would be parked for an outage that nothing contradicts.
 */
export class Circuit {
  readonly #failedKeys = new Set<string>();
  #isOpen = false;
  #probeMs = FIRST_PROBE_MS;
  #lastSuccessAt = 0;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How long to wait before the next probe, in milliseconds. */
  get probeMs(): number {
    return this.#probeMs;
  }

  /** Answers whether this closed the circuit. */
  succeeded(now: number): boolean {
    const wasOpen = this.#isOpen;
    this.#failedKeys.clear();
    this.#isOpen = false;
    this.#probeMs = FIRST_PROBE_MS;
    this.#lastSuccessAt = now;
    return wasOpen;
  }

  /** Answers whether this opened the circuit. */
  failed(key: string): boolean {
    if (this.#isOpen) {
      this.#probeMs = Math.min(PROBE_MS_MAX, 2 * this.#probeMs);
      return false;
    }
    this.#failedKeys.add(key);
    return this.#failedKeys.size >= FAILURES_MAX && this.open();
  }

  /** Whether nothing at all has succeeded since a time: then an outage explains a failure. */
  nothingSucceededSince(time: number): boolean {
    return this.#lastSuccessAt < time;
  }

  open(): boolean {
    const wasClosed = !this.#isOpen;
    this.#isOpen = true;
    return wasClosed;
  }
}
