import { type Log, LogClosedError } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { type Around, aroundLog, aroundStore } from './around-store.ts';
import type { Faults } from './faults.ts';

/**
 * A log of which one call fails, as `faults` says. Its calls are counted as `ordering.commit`;
 * `onChange` is no call to the store and never fails.
 *
 * @example
 * const faults = new Faults({ call: 'ordering.commit', nth: 3, kind: 'answer-lost' });
 * const log = faultyLog(await store.open('ordering'), faults);
 */
export function faultyLog(log: Log, faults: Faults): Log {
  return aroundLog(log, failing(faults));
}

/**
 * A store whose logs, readers (`ordering.reader.head`) and views (`ordering.published.read`) fail.
 *
 * @example
 * const faults = new Faults({ call: 'billing.published.read', nth: 1, kind: 'before' });
 * const app = await run([ordering, billing], { store: faultyStore(store, faults) });
 */
export function faultyStore(store: Store, faults: Faults): Store {
  return aroundStore(store, failing(faults));
}

function failing(faults: Faults): Around {
  return ({ context, name, make }) => faults.run(name, make, () => new LogClosedError(context));
}
