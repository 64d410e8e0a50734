import type { Unit, Workplace } from '../context/unit.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { RefusedError } from '../reaction/reaction-subscription.ts';
import type { Answer } from '../subscription/batch.ts';
import type { Entry } from '../subscription/entry.ts';
import { OpenProcess, type Refusal } from './open-process.ts';
import { readInstance } from './process-instance.ts';
import type { ProcessManager } from './process-manager.ts';
import { timerName } from './timer-type.ts';

/** So many refusals are told at one event; a process that still goes on would never end. */
const REFUSALS_MAX = 100;

const TOLD_IF_ALIVE = 'complete the process when it is told that all is done, and not before';

export interface ProcessSurroundings {
  readonly process: ProcessManager;
  readonly workplace: Workplace;
  /** Told of each timer that meant nothing any more when it came. */
  readonly onIgnoredTimer: (entry: Entry) => void;
}

/**
 * Tells one process of one event: reads its state, evolves it, reacts, and collects everything that
 * came of it in one unit. Nothing is collected when the event means nothing to it: it was not
 * started, or its timer was moved or taken back after it had fired.
 */
export async function runProcess(
  { process, workplace, onIgnoredTimer }: ProcessSurroundings,
  { entry, key, base }: Told,
  open: (base: Unit) => Unit,
): Promise<Answer> {
  const stored = await readInstance(process, key, base, workplace.log);
  if (isOwnTimer(process, entry)) {
    if (stored?.timers[timerName(entry.stored.type)]?.id !== entry.stored.id) {
      onIgnoredTimer(entry);
      return base;
    }
  } else if (stored === undefined && !process.startedBy.includes(entry.event.type)) return base;
  const unit = open(base);
  const opened = new OpenProcess({ process, key, entry, unit, workplace }, stored);
  await tell(opened, process.name, entry.event);
  opened.collect();
  return unit;
}

/** What a process is told of, and beside what. */
interface Told {
  readonly entry: Entry;
  readonly key: string;
  readonly base: Unit;
}

/** The timers of a process are records of its own, by its name. */
function isOwnTimer({ name, timers }: ProcessManager, { stored }: Entry): boolean {
  if (stored.direction !== 'timer') return false;
  const timer = timerName(stored.type);
  return stored.type === `${name}/${timer}` && timers.includes(timer);
}

/** What is refused is told, too, and what is refused of that. */
async function tell(open: OpenProcess, process: string, event: Recorded<Fact>): Promise<void> {
  const refusals = [...(await open.tell(event))];
  for (let told = 0; told < refusals.length; told += 1) {
    const { thrown, event: refused } = refusals[told] as Refusal;
    // A process that is over cannot be told: then a person must be.
    if (open.isOver || told === REFUSALS_MAX)
      throw new RefusedError(process, thrown, TOLD_IF_ALIVE);
    refusals.push(...(await open.tell(refused)));
  }
}
