/**
 * A commit can be read as soon as the disk has it, a moment before whoever made it has its answer and
 * remembers the new states. Who has read it decides on what it says, and not on what was before.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { aggregate, idOfStream } from '../../aggregate/aggregate.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import type { Fact } from '../../message/fact.ts';
import { happened } from '../../reaction/source.ts';
import { whenever } from '../../reaction/whenever.ts';
import { readModel, type } from '../../read-model/read-model.ts';
import type { Query } from '../../read-model/query.ts';
import { start } from '../../runtime/fixtures/start.ts';
import { sqlite } from './sqlite-store.ts';

/** A door opens only when it is closed, and closes only when it is open. */
const door = aggregate({
  name: 'door',
  initial: { isOpen: false },
  decide({ type }: Move, { isOpen }: Moved['data']): Moved[] {
    if ((type === 'Open') === isOpen) throw new Error(isOpen ? 'It is open.' : 'It is closed.');
    return [{ type: 'Moved', data: { isOpen: type === 'Open' } }];
  },
  evolve: (_: Moved['data'], { data }: Moved) => data,
});
const bell = aggregate({
  name: 'bell',
  initial: {},
  decide: ({ data }: Fact<'Ring', Rung['data']>): Rung[] => [{ type: 'Rung', data }],
  evolve: (_: object, { data }: Rung) => data,
});
const doors = readModel({
  name: 'doors',
  version: 1,
  document: type<Moved['data']>(),
  from: [door],
  by: ({ stream }) => idOfStream(stream),
  evolve: { Moved: (_, { data }) => data },
  inline: true,
});
const opened = whenever('open at a ring', happened(bell, 'Rung'), ({ stream }, { handle }) =>
  handle(door, idOfStream(stream), { type: 'Open', data: {} }),
);

const NAMES = Array.from({ length: 20 }, (_, index) => `door-${index}`);

test('a command is not refused by what a stream was before the commit that its caller has read', async (t) => {
  const app = await running(t);
  const refused: string[] = [];

  for (const name of NAMES) {
    await app.handle(bell, name, ring());
    await untilOpen(app.read(doors), name);
    await app.handle(door, name, close()).catch(() => refused.push(name));
  }

  assert.deepEqual(refused, []);
});

for (const ifRefused of ['ignore', 'park'] as const)
  test(`what is done at an event is not decided by what a stream was before the commit that it has read (${ifRefused})`, async (t) => {
    const closed = whenever(
      'close behind it',
      happened(bell, 'Rung'),
      async ({ stream }, tools) => {
        const name = idOfStream(stream);
        await untilOpen(tools.read(doors), name);
        return tools.handle(door, name, close());
      },
      { ifRefused },
    );
    const app = await running(t, closed);

    await Promise.all(NAMES.map((name) => app.handle(bell, name, ring())));
    await app.settled();

    for (const name of NAMES)
      assert.deepEqual(await app.read(doors).get(name), { isOpen: false }, name);
  });

type Move = Fact<'Open' | 'Close', Record<never, never>>;
type Moved = Fact<'Moved', { readonly isOpen: boolean }>;
type Rung = Fact<'Rung', { readonly times: number }>;

const ring = () => ({ type: 'Ring', data: { times: 1 } }) as const;
const close = () => ({ type: 'Close', data: {} }) as const;

async function running(t: TestContext, ...more: readonly (typeof opened)[]) {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-moved-'));
  const house = boundedContext('house', {
    aggregates: [door, bell],
    reactions: [opened, ...more],
    readModels: [doors],
  });
  const app = await start(t, [house], { store: sqlite(directory) });
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return app;
}

async function untilOpen(query: Query<Moved['data']>, name: string): Promise<void> {
  while ((await query.get(name))?.isOpen !== true)
    await new Promise((resolve) => setImmediate(resolve));
}
