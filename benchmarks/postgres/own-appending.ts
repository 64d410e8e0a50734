import { run } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { systemHost } from '../../src/host/host.ts';
import { Committer } from '../../src/log/committer.ts';
import { counting, ticket } from '../counting.ts';
import type { AppendContender } from './append-contender.ts';

/** Prepared write sets, by the committer of one process alone. */
export function committerAlone(callers: number): AppendContender {
  return {
    name: 'committer alone',
    callers,
    eventsAtOnce: 1,
    async open(url) {
      const log = await postgres(url).open('counting');
      const committer = new Committer(log, systemHost().clock);
      return {
        async append(records) {
          const outcome = await committer.commit({ records });
          if (outcome.kind !== 'committed') throw new Error(`not committed: ${outcome.kind}`);
        },
        close: () => log.close(),
      };
    },
  };
}

/** Whole commands: what is handed over is decided anew. */
export function wholeCommands(callers: number): AppendContender {
  return {
    name: 'app.handle',
    callers,
    eventsAtOnce: 1,
    async open(url) {
      const app = await run([counting], { store: postgres(url) });
      return {
        append: (_, caller) =>
          app.handle(ticket, `t-${caller}`, { type: 'Stamp', data: { times: 1 } }),
        close: () => app.stop(),
      };
    },
  };
}
