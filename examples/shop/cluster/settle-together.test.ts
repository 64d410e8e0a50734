/**
 * Processes that pass messages on to each other at random, fall dead and come back: whenever they
 * are said to have settled, there is no message left in any of them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { seededDice, type Dice } from '../replay/dice.ts';
import type { Call, SettledProcess } from './calls.ts';
import { ProcessLostError } from './process-lost-error.ts';
import { SettleTogether } from './settle-together.ts';

const NAMES = ['a', 'b', 'c', 'd'];

test('they have settled when nothing is left to do in any of them, whatever came when', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const dice = seededDice(seed);
    await inWorld({ dice, dies: true }, async (world, together) => {
      for (let round = 1; round <= 4; round += 1) {
        const first = dice.pick(world.processes);
        together.begun(first);
        first.receive({ from: 'outside', position: 0, hops: dice.between(0, 12) });
        together.begun(first);
        await together.settled();

        assert.equal(world.left(), 0, `seed ${seed}, round ${round}`);
      }
    });
  }
});

test('nobody is asked anything when nothing was begun since', () =>
  inWorld({ dice: seededDice(1), dies: true }, async (world, together) => {
    await together.settled();
    const before = world.asked;

    await together.settled();

    assert.equal(world.asked, before);
  }));

test('one that was started again is asked anew, and told the time anew', () =>
  inWorld({ dice: seededDice(1), dies: false }, async (world, together) => {
    const [process] = world.processes as [Process];
    await together.reachBusinessTime(new Date(5_000).toISOString());

    process.starts += 1;
    process.timers.push(4_000);
    await together.settled();

    assert.deepEqual(world.fired, ['a 4000']);
    assert.equal(world.left(), 0);
  }));

test('business time goes from timer to timer, in whichever process it is, and settles between', () =>
  inWorld({ dice: seededDice(1), dies: false }, async (world, together) => {
    const [a, b] = world.processes as [Process, Process];
    a.timers.push(3_000, 1_000);
    b.timers.push(2_000, 9_000);

    await together.reachBusinessTime(new Date(5_000).toISOString());

    assert.deepEqual(world.fired, ['a 1000', 'b 2000', 'a 3000']);
    assert.equal(world.left(), 0);
    await together.reachBusinessTime(new Date(9_000).toISOString());
    await together.settled();
    assert.deepEqual(world.fired.at(-1), 'b 9000');
  }));

/** The processes go on until the work with them is done. */
async function inWorld(
  parts: { readonly dice: Dice; readonly dies: boolean },
  work: (world: World, together: SettleTogether) => Promise<void>,
): Promise<void> {
  const world = new World(parts);
  try {
    await work(world, new SettleTogether(world.processes));
  } finally {
    world.isOver = true;
  }
}

type Message = { readonly from: string; readonly position: number; readonly hops: number };

class World {
  readonly processes: readonly Process[];
  readonly fired: string[] = [];
  asked = 0;
  isOver = false;

  constructor({ dice, dies }: { readonly dice: Dice; readonly dies: boolean }) {
    this.processes = NAMES.map((name) => new Process(name, { world: this, dice, dies }));
    for (const process of this.processes) void process.live();
  }

  /** Messages that wait, here or on their way. */
  left(): number {
    return this.processes.reduce((sum, each) => sum + each.inbox.length + each.coming.length, 0);
  }
}

/** Takes in what comes to it when it gets round to it, and passes on what has hops left. */
class Process {
  readonly listensTo: ReadonlySet<string>;
  readonly process = this;
  readonly contexts: readonly string[];
  /** What others have published and it has not taken in, and what it has and did not handle yet. */
  readonly coming: Message[] = [];
  readonly inbox: Message[] = [];
  readonly timers: number[] = [];
  starts = 1;
  readonly #name: string;
  readonly #parts: { readonly world: World; readonly dice: Dice; readonly dies: boolean };
  readonly #heard = new Map<string, number>();
  #head = 0;
  #publishedAt = 0;

  constructor(name: string, parts: { world: World; dice: Dice; dies: boolean }) {
    this.#name = name;
    this.contexts = [name];
    this.#parts = parts;
    this.listensTo = new Set(
      NAMES.filter((other) => other !== name).map((other) => `${other}.Sent`),
    );
  }

  receive(message: Message): void {
    this.inbox.push(message);
  }

  async live(): Promise<void> {
    const { dice, world } = this.#parts;
    while (!world.isOver) {
      await turn();
      if (dice.chance(0.5)) this.#takeIn();
      else if (dice.chance(0.7)) this.#handle();
    }
  }

  async ask(call: Call): Promise<SettledProcess> {
    assert.equal(call.ask, 'settle');
    const { dice, world, dies } = this.#parts;
    world.asked += 1;
    if (call.businessTime !== undefined) this.#fire(Date.parse(call.businessTime));
    for (;;) {
      if (dies && dice.chance(0.02)) {
        this.starts += 1;
        throw new ProcessLostError([this.#name], 'has ended (SIGKILL)');
      }
      const isHeard = call.after.every((token) => this.#hasHeard(token));
      if (isHeard && this.inbox.length === 0) break;
      await turn();
    }
    const answer = {
      published: { [`${this.#name}.Sent`]: `${this.#name}:epoch:${this.#publishedAt}` },
      nextTimer: this.timers.length === 0 ? undefined : Math.min(...this.timers),
    };
    await turn();
    return answer;
  }

  #hasHeard(token: string): boolean {
    const [name = '', , position] = token.split(':');
    return (this.#heard.get(name) ?? 0) >= Number(position);
  }

  #fire(time: number): void {
    for (const due of this.timers.toSorted((a, b) => a - b).filter((each) => each <= time)) {
      this.timers.splice(this.timers.indexOf(due), 1);
      this.#parts.world.fired.push(`${this.#name} ${due}`);
      this.receive({ from: 'timer', position: 0, hops: 3 });
    }
  }

  #takeIn(): void {
    const message = this.coming.shift();
    if (message === undefined) return;
    this.#heard.set(message.from, message.position);
    this.receive(message);
  }

  #handle(): void {
    const { world, dice } = this.#parts;
    const message = this.inbox.shift();
    if (message === undefined) return;
    this.#head += 1;
    if (message.hops === 0) return;
    // To all who listen, and passed on by one of them.
    this.#publishedAt = this.#head;
    const others = world.processes.filter((each) => each !== this);
    const next = dice.pick(others);
    for (const other of others) {
      const hops = other === next ? message.hops - 1 : 0;
      other.coming.push({ from: this.#name, position: this.#head, hops });
    }
  }
}
