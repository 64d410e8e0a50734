import type { Store } from '../src/log/store.ts';

/** A store that counts what is asked of its logs. */
export function countingStore(store: Store): {
  readonly store: Store;
  readonly calls: () => number;
} {
  let count = 0;
  const counting: Store = {
    name: store.name,
    reader: (context) => store.reader(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: (context) => store.published(context),
    async open(context) {
      const log = await store.open(context);
      return new Proxy(log, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]) => {
            count += 1;
            return (value as (...all: unknown[]) => unknown).apply(target, given);
          };
        },
      });
    },
  };
  return { store: counting, calls: () => count };
}
