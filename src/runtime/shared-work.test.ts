import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../host/clock.ts';
import type { Holdings, Member, Membership } from '../log/membership.ts';
import { silent } from '../telemetry/logger.ts';
import { type Part, WholePart } from './part.ts';
import { SharedWork } from './shared-work.ts';

const NAMES = ['relay', 'timers', 'intake from ordering', 'intake from billing', 'retention'];

test('while one begins all there is, another comes: nothing is done by both', async () => {
  const house = new House();
  const first = house.process('first', { beginsInMs: 20 });
  const second = house.process('second');

  await house.comesWhileItBegins(second, first);

  assert.deepEqual(house.doneTwice, []);
  assert.ok(first.works.size > 0 && second.works.size > 0);
  await house.close();
});

test('many that come at one moment share all there is, and nothing is done by two', async () => {
  const house = new House();
  const all = Array.from({ length: 8 }, (_, index) =>
    house.process(`number ${index}`, { beginsInMs: (index * 7) % 12 }),
  );

  await Promise.all(all.map(({ work }) => work.start()));
  await house.until(() => house.isAllDone);

  assert.deepEqual(house.doneTwice, []);
  await house.close();
});

test('what somebody else took over is let go, and begun anew by whose it is', async () => {
  const house = new House();
  const first = house.process('first');
  const second = house.process('second');
  await Promise.all([first.work.start(), second.work.start()]);
  await house.until(() => house.isAllDone);
  const begun = first.begun.length + second.begun.length;

  for (const each of [first, second]) for (const name of each.works) each.lose(name);
  await house.until(() => first.begun.length + second.begun.length === begun + NAMES.length);
  await house.until(() => house.isAllDone);

  assert.deepEqual(house.doneTwice, []);
  await house.close();
});

test('what cannot be begun is left to nobody in the eyes of others, and tried again', async () => {
  const house = new House();
  const only = house.process('only', { failures: 2 });

  await only.work.start();

  await house.until(() => house.isAllDone && only.work.isAllTaken);
  await house.close();
});

test('who takes longer than a lease to begin something is not taken for dead', async () => {
  const house = new House();
  const first = house.process('first', { beginsInMs: 1_000 });
  const second = house.process('second');

  await house.comesWhileItBegins(second, first);

  assert.deepEqual(house.doneTwice, []);
  assert.deepEqual(house.membership.dead, []);
  await house.close();
});

test('while something is waited for it looks so often, and no more with each time', async () => {
  const leaseMs = 400;
  const membership = membershipOf({ leaseMs });
  // It has the part, and lets go of it only as soon as all stand where nobody ever comes to.
  const isNewer = { reaction: 'dealt otherwise' };
  let beats = 0;
  const work = new SharedWork({
    context: 'ordering',
    membership: {
      ...membership,
      beat: (id, holds) => {
        beats += 1;
        return membership.beat(id, holds);
      },
    },
    parts: [neverThere('reaction')],
    setUp: () => Promise.resolve(),
    clock: systemClock(),
    ids: { next: () => 'older' },
    logger: silent,
  });
  await work.start();
  await membership.join({ id: 'newer', knows: isNewer }, () => Promise.resolve());
  await wait(leaseMs);

  const before = beats;
  await wait(2 * leaseMs);

  // Every twentieth of a lease, and somewhat less on a machine that does other things.
  assert.ok(beats - before <= 45, `${beats - before} beats in two leases`);
  assert.ok(beats - before > 2 * 4, `${beats - before} beats in two leases`);
  await work.stop();
});

/** A part of which all who work on it never come to stand at one position. */
function neverThere(name: string): Part {
  return {
    name,
    fingerprint: 'dealt as before',
    isWhole: false,
    isLost: false,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    meet: (upTo) => Promise.resolve({ upTo, isThere: false }),
  };
}

/** Where some processes share the parts of one context. */
class House {
  readonly membership = membershipOf({ leaseMs: 400 });
  readonly doneTwice: string[] = [];
  readonly #processes: Worker[] = [];

  get isAllDone(): boolean {
    return NAMES.every((name) => this.#doing(name).length === 1);
  }

  process(name: string, how: { beginsInMs?: number; failures?: number } = {}): Worker {
    const worker = new Worker(name, { house: this, beginsInMs: 0, failures: 0, ...how });
    this.#processes.push(worker);
    return worker;
  }

  begins(part: string): void {
    if (this.#doing(part).length > 1) this.doneTwice.push(part);
  }

  /** One comes as soon as the other has begun something. Resolves when all is done. */
  async comesWhileItBegins(comes: Worker, begins: Worker): Promise<void> {
    const starting = begins.work.start();
    await this.until(() => begins.begun.length === 1);
    await Promise.all([starting, comes.work.start()]);
    await this.until(() => this.isAllDone);
  }

  async until(isSo: () => boolean): Promise<void> {
    for (const end = performance.now() + 10_000; !isSo(); await wait(2))
      assert.ok(performance.now() < end, `did not come to be: ${isSo.toString()}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map(({ work }) => work.stop()));
  }

  #doing(part: string): readonly Worker[] {
    return this.#processes.filter(({ works }) => works.has(part));
  }
}

class Worker {
  readonly work: SharedWork;
  /** On what it works. */
  readonly works = new Set<string>();
  /** What it has begun so far. */
  readonly begun: string[] = [];
  readonly #lost = new Set<string>();

  constructor(
    name: string,
    how: { readonly house: House; readonly beginsInMs: number; readonly failures: number },
  ) {
    let { failures } = how;
    const begin = async (part: string): Promise<void> => {
      // As a claim does: from here on it is this one's.
      this.works.add(part);
      this.begun.push(part);
      how.house.begins(part);
      await wait(how.beginsInMs);
      if (failures > 0) {
        failures -= 1;
        throw new Error('The broker is not there yet.');
      }
    };
    const end = (part: string): void => {
      this.works.delete(part);
      this.#lost.delete(part);
    };
    const isLost = (part: string): boolean => this.#lost.has(part);
    this.work = new SharedWork({
      context: 'ordering',
      membership: how.house.membership,
      parts: NAMES.map(
        (part) =>
          new WholePart(part, () => ({
            start: () => begin(part),
            stop: () => end(part),
            get isLost() {
              return isLost(part);
            },
          })),
      ),
      setUp: () => Promise.resolve(),
      clock: systemClock(),
      ids: { next: () => name },
      logger: silent,
    });
  }

  lose(part: string): void {
    this.works.delete(part);
    this.#lost.add(part);
  }
}

/** What a store keeps of them: each question and each change takes a moment. */
function membershipOf({ leaseMs }: { readonly leaseMs: number }) {
  const dead: string[] = [];
  const beats = new Map<string, number>();
  const members = new Map<string, Member>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) setTimeout(listener, 1);
  };
  const membership: Membership = {
    leaseMs,
    async join({ id, knows }, setUp) {
      await setUp([...members.values()]);
      members.set(id, { id, knows, holds: {} });
      beats.set(id, performance.now());
      changed();
    },
    whileNobodyJoins: (work) => work([...members.values()]),
    async beat(id: string, holds: Holdings) {
      await wait(1);
      const member = members.get(id);
      if (member === undefined) return undefined;
      members.set(id, { ...member, holds });
      beats.set(id, performance.now());
      for (const [other, at] of beats)
        if (performance.now() - at > leaseMs && members.delete(other)) dead.push(other);
      if (JSON.stringify(member.holds) !== JSON.stringify(holds)) changed();
      const answer = [...members.values()];
      await wait(1);
      return answer;
    },
    leave(id) {
      members.delete(id);
      changed();
      return Promise.resolve();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { ...membership, dead };
}
