/**
 * What six contexts in one process ask of the server while nothing happens: every statement, as the
 * server itself logs them (`log_statement = all`), and the connections that are left after a while.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { run } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import type { PostgresServer } from '../../scripts/services/postgres.ts';
import { type Benchmark, scaled } from '../benchmark.ts';
import { box, sixContexts } from '../six-contexts.ts';
import { inDatabase, onServer } from './measured-server.ts';

/** Connections that the pool does not need are closed by then. */
const CALM_MS = 15_000;
const IDLE_MS = 120_000;

export const idling: Benchmark = {
  name: 'postgres-idle',
  about: 'statements a minute and connections of six contexts that do nothing',
  measure: (setting) =>
    onServer(setting, async (server) => {
      await server.configure({ log_statement: 'all' });
      const seen: Seen[] = [];
      const times = {
        calmMs: scaled(setting, CALM_MS, 100),
        idleMs: scaled(setting, IDLE_MS, 500),
      };
      setting.progress(`waiting for ${times.idleMs} ms, ${setting.runs} times`);
      for (let round = 0; round < setting.runs; round += 1)
        seen.push(await inDatabase(server, (url) => idle(server, url, times)));
      return [
        {
          metric: 'in an idle minute',
          unit: 'statements',
          values: seen.map(({ statements }) => statements),
        },
        {
          metric: 'open after it',
          unit: 'connections',
          values: seen.map(({ connections }) => connections),
        },
        { metric: 'CPU of an idle minute', unit: 'ms', values: seen.map(({ cpuMs }) => cpuMs) },
      ];
    }),
};

interface Seen {
  /** A minute. */
  readonly statements: number;
  readonly connections: number;
  /** A minute, of this process. */
  readonly cpuMs: number;
}

async function idle(
  server: PostgresServer,
  url: string,
  { calmMs, idleMs }: { readonly calmMs: number; readonly idleMs: number },
): Promise<Seen> {
  const app = await run(sixContexts, { store: postgres(url) });
  await app.handle(box, 'b-1', { type: 'Fill', data: { units: 1 } });
  await app.settled();
  await delay(calmMs);
  const said = server.log().length;
  const cpu = process.cpuUsage();
  await delay(idleMs);
  const { user, system } = process.cpuUsage(cpu);
  const statements = countStatements(server.log().slice(said));
  const [open] = await server.query<{ connections: number }>(
    `select count(*)::integer as connections from pg_stat_activity where application_name = $1`,
    [OURS],
  );
  await app.stop();
  const minutes = idleMs / 60_000;
  return {
    statements: statements / minutes,
    connections: open?.connections ?? 0,
    cpuMs: (user + system) / 1_000 / minutes,
  };
}

/** As connections of ours are named, in the log and in what the server shows. */
const OURS = 'thereupon';

function countStatements(log: string): number {
  return [...log.matchAll(/ thereupon LOG: {2}(statement|execute [^:]*): /g)].length;
}
