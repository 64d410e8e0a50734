/**
 * A worker by hand on `pg`: it reads a page behind its checkpoint, does the work, and moves the
 * checkpoint in one statement with what it appends. Nobody else may do the same, nothing is dealt by
 * key, and no stream's version is looked at, as the worker is alone.
 */
import { Client } from 'pg';
import { systemHost } from '../../src/host/host.ts';
import type { NewRecord } from '../../src/log/record.ts';
import { secondsFor } from '../stopwatch.ts';
import { pagesByHand, type RawRow } from './raw-reading.ts';
import { insertMany, rawColumns } from './raw-table.ts';

const PAGE = 500;
const LOG = 'counting.log';
const READ = 'position, id, key, correlation_id, data';

const CHECKPOINT = `
  create table worker (one boolean primary key, position bigint not null);
  insert into worker values (true, 0)`;
const MOVE = 'update worker set position = $1 where one';
const APPEND_AND_MOVE = `
  with moved as (update worker set position = $16 where one)
  ${insertMany(LOG, `nextval('counting.log_position')`)}`;

export function countByHand(url: string, count: number): Promise<number> {
  return workByHand(url, count, async (client, events) => {
    await client.query({ name: 'move', text: MOVE, values: [events.at(-1)?.position] });
  });
}

export function appendByHand(url: string, count: number): Promise<number> {
  const { ids, clock } = systemHost();
  const copies = new Map<string, number>();
  return workByHand(url, count, async (client, events) => {
    const now = clock.now();
    const records = events.map(({ id, key, correlationId, data }): NewRecord => {
      const version = (copies.get(key) ?? 0) + 1;
      copies.set(key, version);
      return {
        id: ids.next(),
        direction: 'domain',
        stream: `copy/${key}`,
        version,
        type: 'Copied',
        schemaVersion: 1,
        key,
        data: JSON.stringify(data),
        source: 'counting',
        occurredAt: now,
        recordedAt: now,
        correlationId,
        causationId: id,
        traceparent: null,
        metadata: null,
      };
    });
    const values = [...rawColumns(records), events.at(-1)?.position];
    await client.query({ name: 'append', text: APPEND_AND_MOVE, values });
  });
}

interface Event {
  readonly position: number;
  readonly id: string;
  readonly key: string;
  readonly correlationId: string;
  readonly data: unknown;
}

async function workByHand(
  url: string,
  count: number,
  work: (client: Client, events: readonly Event[]) => Promise<void>,
): Promise<number> {
  const client = new Client(url);
  await client.connect();
  await client.query(CHECKPOINT);
  const seconds = await secondsFor(async () => {
    let handled = 0;
    for await (const rows of pagesByHand(client, { table: LOG, columns: READ, page: PAGE })) {
      const events = rows.slice(0, count - handled).map(eventOf);
      if (events.length > 0) await work(client, events);
      handled += events.length;
      // What comes then it has appended itself.
      if (handled === count) break;
    }
  });
  await client.end();
  return seconds;
}

function eventOf(row: RawRow): Event {
  const [position, id = '', key = '', correlationId = '', data = ''] = row;
  return { position, id, key, correlationId, data: JSON.parse(data) as unknown };
}
