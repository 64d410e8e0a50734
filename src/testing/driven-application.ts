import type { Application } from '../runtime/application.ts';
import type { Application as RunningApplication } from '../runtime/running-application.ts';
import type { TestTime } from './test-time.ts';

const CALLS = [
  'handle',
  'transaction',
  'settled',
  'timers',
  'process',
  'reachBusinessTime',
  'parked',
  'redrive',
  'discard',
  'pause',
  'resume',
  'rebuild',
  'health',
] as const;
type Call = (typeof CALLS)[number];

/** All of an application but its end. */
export type DrivenApplication = Omit<RunningApplication, 'stop' | typeof Symbol.asyncDispose>;

/** An application whose calls let time go on, as far as each must to come to its end. */
export function drivenApplication(app: Application, time: TestTime): DrivenApplication {
  type AnyCall = (...given: unknown[]) => Promise<unknown>;
  const calls = Object.fromEntries(
    CALLS.map((name) => {
      const call = app[name].bind(app) as AnyCall;
      return [name, (...given: unknown[]) => time.until(`app.${name}`, call(...given))];
    }),
  ) as unknown as Pick<Application, Call>;
  return {
    ...calls,
    followClock: () => app.followClock(),
    read(model) {
      const query = app.read(model);
      return {
        get: (key, options) => time.until('app.read', query.get(key, options)),
        find: (asked) => time.until('app.read', query.find(asked)),
        count: (where) => time.until('app.read', query.count(where)),
      };
    },
  };
}
