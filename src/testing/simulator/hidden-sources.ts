import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { callerIn, isOwnCode } from './own-code.ts';
import { inSimulation } from './in-simulation.ts';

/**
 * Time, timers and chance that do not come from what a handler is given: a run that uses them
 * cannot be repeated. While simulations run they are watched, and whoever uses them in a
 * simulation is named with its stack. What is outside of simulations is left alone.
 */
export function watchHiddenSources(): () => void {
  watchers += 1;
  if (watchers === 1) unwatch = watch();
  return () => {
    watchers -= 1;
    if (watchers === 0) unwatch();
  };
}

let watchers = 0;
let unwatch = (): void => undefined;

type AnyFunction = (this: unknown, ...given: never[]) => unknown;
type Holder = Record<string, unknown>;

function watch(): () => void {
  const undo: (() => void)[] = [];
  const replace = (holder: object, name: string, says: string, own?: () => unknown): void => {
    const original = (holder as Holder)[name] as AnyFunction | undefined;
    if (typeof original !== 'function') return;
    const watched = function (this: unknown, ...given: never[]): unknown {
      const here = inSimulation.getStore();
      if (here === undefined) return Reflect.apply(original, this, given);
      const stack = stackHere();
      if (isOwnCode(callerIn(stack) ?? '')) return (own ?? original).apply(this, given);
      throw here.world.usesHiddenSource(here.name, says, stack);
    };
    (holder as Holder)[name] = Object.assign(watched, original);
    undo.push(() => ((holder as Holder)[name] = original));
  };
  for (const [holder, prefix, names] of FUNCTIONS)
    for (const name of names) replace(holder, name, prefix + name);
  replace(Date, 'now', 'Date.now');
  replace(Math, 'random', 'Math.random');
  replace(performance, 'now', 'performance.now');
  // Of a life that has crashed nobody would end it, and it does nothing.
  replace(globalThis, 'setInterval', 'setInterval', () => undefined);
  const OriginalDate = globalThis.Date;
  globalThis.Date = watchedDate(OriginalDate);
  undo.push(() => (globalThis.Date = OriginalDate));
  syncBuiltinESMExports();
  return () => {
    for (const each of undo.toReversed()) each();
    syncBuiltinESMExports();
  };
}

const FUNCTIONS: readonly (readonly [holder: object, prefix: string, names: readonly string[]])[] =
  [
    [globalThis, '', ['setTimeout', 'setImmediate', 'fetch']],
    [timers, '', ['setTimeout', 'setImmediate', 'setInterval']],
    [timersPromises, '', ['setTimeout', 'setImmediate', 'setInterval']],
    [globalThis.crypto, 'crypto.', ['randomUUID', 'getRandomValues']],
    [crypto, 'crypto.', ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync']],
  ];

function stackHere(): string {
  const here = { stack: '' };
  Error.captureStackTrace(here, stackHere);
  return here.stack;
}

/** `new Date()` and `Date()` read the clock; `new Date(value)` does not. */
function watchedDate(Original: DateConstructor): DateConstructor {
  return new Proxy(Original, {
    construct(target, given, newTarget) {
      if (given.length === 0) assertNoClock('new Date()');
      return Reflect.construct(target, given, newTarget) as Date;
    },
    apply(target, self, given) {
      assertNoClock('Date()');
      return Reflect.apply(target, self, given);
    },
  });
}

function assertNoClock(says: string): void {
  const here = inSimulation.getStore();
  if (here === undefined) return;
  const stack = stackHere();
  if (!isOwnCode(callerIn(stack) ?? '')) throw here.world.usesHiddenSource(here.name, says, stack);
}
