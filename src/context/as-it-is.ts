import { StoppingError } from '../reaction/under-way.ts';
import { HandlerTimeoutError, StillRunningError } from '../subscription/failure.ts';
import { Unit, type Workplace } from './unit.ts';

/** So often others may come between before what was decided then stands. */
const TRIES_MAX = 20;

/**
 * Decides on the streams as they are, although their states are remembered, and may have been moved
 * since: by other processes, or here, by a commit that can be read before whoever made it has its
 * answer. Folds into inline documents likewise. What is committed the log compares; what is committed
 * nowhere (a refusal, a failure, that it is not time yet) is compared here: where one was not as it was
 * taken to be, all is decided again. Otherwise a command that the stream allows could be refused, and
 * whoever ignores refusals would lose an event.
 */
export async function decidedAsItIs<Answer>(
  workplace: Workplace,
  decide: (open: (base?: Unit) => Unit) => Promise<Answer>,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const opened: Unit[] = [];
    const open = (base?: Unit): Unit => {
      const unit = new Unit(workplace, base);
      opened.push(unit);
      return unit;
    };
    try {
      const answer = await decide(open);
      const dropped = opened.filter((unit) => unit !== answer);
      if (dropped.length === 0 || tries === TRIES_MAX || !(await isSomeBehind(dropped)))
        return answer;
    } catch (error) {
      if (tries === TRIES_MAX || isGivenUp(error) || !(await isSomeBehind(opened))) throw error;
    }
  }
}

/** Its time was up, or the application stops: it is not begun again. */
function isGivenUp(error: unknown): boolean {
  return (
    error instanceof HandlerTimeoutError ||
    error instanceof StillRunningError ||
    error instanceof StoppingError
  );
}

/** Each of them forgets what was not as it is. */
async function isSomeBehind(units: readonly Unit[]): Promise<boolean> {
  const found: boolean[] = [];
  for (const unit of units) found.push(await unit.isBehind());
  return found.some(Boolean);
}
