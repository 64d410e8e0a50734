import type { Delivery } from '../../../backbone/backbone.ts';
import type { Rates } from '../fault-plan.ts';
import type { World } from '../world.ts';

const RATES: Rates = [['poison', 0.01]];
const MARK = 'poison ';

/**
 * A message comes that nobody can read. It is parked at the border, where it waits for a person and
 * holds back nothing but its own key.
 */
export function maybePoisoned(world: World, name: string, delivery: Delivery): Delivery {
  const [first] = delivery.messages;
  if (first === undefined) return delivery;
  const strike = world.faults.pass(world.faults.place(`${name}.messages`), RATES);
  if (strike === undefined) return delivery;
  const id = `${MARK}${name} ${strike.nth}`;
  const message = { ...first, id, key: id, data: '{"poison' };
  return { ...delivery, messages: [...delivery.messages, message] };
}

/** Whether what waits is such a message: whoever looks after it gives it up. */
export function isPoison(row: { readonly recordId: string }): boolean {
  return row.recordId.startsWith(MARK);
}
