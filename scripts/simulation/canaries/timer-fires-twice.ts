import type { Canary } from '../canary.ts';

/** A timer's record is committed, and its row only then taken away. */
export const canary: Canary = {
  name: 'a timer that fires twice',
  simulation: 'lines',
  within: 1_500,
  breaks: [
    {
      file: 'src/process/timers.ts',
      from: `      records: fired.flatMap(({ record }) => record ?? []),
      waiting: fired.flatMap(({ next }) => next ?? []),
      done: due,
    });`,
      to: `      records: fired.flatMap(({ record }) => (record ? [{ ...record, id: host.ids.next() }] : [])),
      waiting: fired.flatMap(({ next }) => next ?? []),
    });
    await this.#parts.range.commit({ done: due });`,
    },
  ],
};
