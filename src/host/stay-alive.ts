/** A timer of Node cannot be set further away than this. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Keeps this process alive until what it returns is called. Timers of a clock keep no process
 * alive, so that one of them left behind does no harm; whatever is to be waited for says so here.
 */
export function stayAlive(): () => void {
  const alive = setInterval(() => undefined, TIMER_MS_MAX);
  return () => clearInterval(alive);
}
