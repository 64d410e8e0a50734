/**
 * One shop runs on a place at a time: it has one gateway, and one that says how far business has
 * come. Files see to that themselves; a database takes any number of processes, so it is asked.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { contexts } from './contexts.ts';
import { storeOf, type ShopPlace } from './shop-place.ts';

/** A process that was killed is seen to be gone when the server finds its connections closed. */
const TRIES_MAX = 20;
const BETWEEN_TRIES_MS = 100;

/**
 * @throws {LogInUseError} for files that another process has open.
 * @throws {ShopInUseError} when processes run on the database.
 */
export async function assertAlone(place: ShopPlace): Promise<void> {
  const store = storeOf(place);
  for (const { name } of contexts) {
    const { membership, ...log } = await store.open(name);
    try {
      for (let tries = 1; membership !== undefined; tries += 1) {
        const others = await membersBeside(membership);
        if (others === 0) break;
        if (tries === TRIES_MAX) throw new ShopInUseError(others);
        await wait(BETWEEN_TRIES_MS);
      }
    } finally {
      await log.close();
    }
  }
}

type Membership = NonNullable<
  Awaited<ReturnType<ReturnType<typeof storeOf>['open']>>['membership']
>;

async function membersBeside(membership: Membership): Promise<number> {
  const id = randomUUID();
  let count = 0;
  await membership.join({ id, knows: {} }, async (others) => {
    count = others.length;
  });
  await membership.leave(id);
  return count;
}

/** Processes of a shop run on the database already. */
export class ShopInUseError extends Error {
  override readonly name = 'ShopInUseError';
  readonly code = 'shop-in-use';
  readonly retryable = true;
  readonly processCount: number;

  constructor(processCount: number) {
    const who = processCount === 1 ? 'a process runs' : `${processCount} processes run`;
    super(
      `The database is in use: ${who} the shop on it. Stop it first, or name another database.`,
    );
    this.processCount = processCount;
  }
}
