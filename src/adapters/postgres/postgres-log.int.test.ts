import type { Client } from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { testLog } from '../../conformance/log.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

/** Asked for by the scenarios of retention; all others never ask for it. */
const KEEP = { keepPositions: 10 };

testLog('postgres', {
  open: async () => ({
    store: postgres(await server.createDatabase(), {
      transactionTimeoutMs: 30_000,
      retention: { outgoing: KEEP, incoming: KEEP, partitionPositions: 10 },
    }),
    sql: async (database, text) => {
      const { rows } = await (database as Client).query(text);
      return rows as object[];
    },
    close: async () => undefined,
  }),
  skip: {
    'what was acknowledged before a crash is there after it, and the old log is closed':
      'kill -9 needs a process of its own: see postgres-second-process.int.test.ts',
    'a transaction that a crash interrupts leaves nothing, whatever it still does':
      'kill -9 needs a process of its own: see postgres-second-process.int.test.ts',
  },
});
