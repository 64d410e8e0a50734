import { type Randomness, seededRandomness } from '../host/randomness.ts';
import type { Store } from '../log/store.ts';

/**
 * Chance from a seed, for an application on a store. One that goes on with what another one has
 * appended draws other numbers than that one did: the same ids a second time would be taken for the
 * same records.
 */
export function seededOn(
  store: Store,
  seed: number,
): { readonly store: Store; readonly randomness: Randomness } {
  let randomness = seededRandomness(seed);
  let appended = 0;
  return {
    randomness: { uint32: () => randomness.uint32() },
    store: {
      name: store.name,
      async open(context) {
        const log = await store.open(context);
        const head = await log.head();
        appended += head;
        // Times an odd number, so that seeds side by side stay apart however far the store has come.
        if (head > 0) randomness = seededRandomness(seed + appended * 0x9e3779b1);
        return log;
      },
      reader: (context) => store.reader(context),
      published: (context) => store.published(context),
      leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    },
  };
}
