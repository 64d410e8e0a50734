import { borderSubscription } from '../backbone/border.ts';
import type { Intake } from '../backbone/intake.ts';
import { RELAY, type Relay } from '../backbone/relay.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { RunningContext } from './running-context.ts';

/** Who decides about a parked row in this process; undefined when nobody here does. */
export function handlerOf(
  running: RunningContext,
  row: WaitingRow,
): Subscription | Intake | Relay | undefined {
  return subscriptionOf(running, row) ?? borderOf(running, row);
}

/** What handles the slot that a row is of, in this process. */
export function subscriptionOf(running: RunningContext, row: WaitingRow): Subscription | undefined {
  return running.subscriptions.find(
    (subscription) => subscription.name === row.subscription && subscription.isOf(row.slot),
  );
}

/** What could not be taken in from another context, or handed over to the backbone. */
function borderOf(running: RunningContext, row: WaitingRow): Intake | Relay | undefined {
  if (row.subscription === RELAY) return running.relay;
  return [...running.intakes.values()].find(
    (intake) => borderSubscription(intake.source) === row.subscription,
  );
}
