import type {
  ActionTrace,
  TracedRecord,
  TracedWait,
} from '../../../../src/inspection/action-trace.ts';
import type { Level } from '../../parts/level.tsx';
import { toneOf } from './trace-rows.ts';

export function firstOf({ causes }: ActionTrace): TracedRecord | undefined {
  return causes[0]?.caused[0];
}

/** How an action is: by the worst of what is not done. */
export function actionLevel(action: ActionTrace): Level {
  const tones = waitsOf(action).map(toneOf);
  if (tones.includes('bad')) return 'bad';
  return tones.includes('attention') || action.notReachedCount > 0 ? 'attention' : 'good';
}

/** Whether anything is left to do, be it by a timer. */
export function isUnderWay({ waitingCount, notReachedCount }: ActionTrace): boolean {
  return waitingCount + notReachedCount > 0;
}

/** What is left to do, in few words. */
export function actionText({ waitingCount, timerCount, notReachedCount }: ActionTrace): string {
  const undone = waitingCount - timerCount + notReachedCount;
  const timers = timerCount === 1 ? '1 timer set' : `${timerCount} timers set`;
  const parts = [
    ...(undone > 0 ? [`${undone} not done`] : []),
    ...(timerCount > 0 ? [timers] : []),
  ];
  return parts.join(', ') || 'all done';
}

function waitsOf({ causes, waiting }: ActionTrace): TracedWait[] {
  const found = [...waiting];
  const look = ({ waiting: own, caused }: TracedRecord): void => {
    found.push(...own);
    caused.forEach(look);
  };
  for (const { caused } of causes) caused.forEach(look);
  return found;
}
