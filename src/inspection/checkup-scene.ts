import type { Clock } from '../host/clock.ts';
import type { Diagnosis } from '../log/diagnosis.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type Lag, lagOf } from './lag.ts';
import { type OpenLog, openReadable } from './open-logs.ts';
import { diagnosisOf } from './runners.ts';

/** What the checks look at. */
export interface CheckupScene {
  readonly config: ThereuponConfig;
  readonly clock: Clock;
  readonly nodeVersion: string;
  /** Those that can be read, also where nothing was ever written. */
  readonly logs: readonly OpenLog[];
  /** Of contexts whose log cannot be read. */
  readonly unreadable: ReadonlyMap<string, unknown>;
  /** What the store tells of a context beside its log; undefined where it tells nothing. */
  diagnosis(context: string): Promise<Diagnosis | undefined>;
  lag(): Promise<Lag>;
}

/** Opens what can be opened, and closes it again. What several checks want to know is asked once. */
export async function withScene<T>(
  config: ThereuponConfig,
  means: Pick<CheckupScene, 'clock' | 'nodeVersion'>,
  work: (scene: CheckupScene) => Promise<T>,
): Promise<T> {
  const { logs, unreadable, close } = await openReadable(config);
  const diagnosis = once((name: string) => diagnosisOf(config.store, name));
  const chosen = config.contexts;
  const lag = once(() => lagOf(config, { logs, unreadable }, { chosen, clock: means.clock }));
  try {
    return await work({
      ...means,
      config,
      logs,
      unreadable,
      diagnosis,
      lag: () => lag(''),
    });
  } finally {
    await close();
  }
}

/** Those of the logs that were ever opened. */
export function logsThere({ logs }: CheckupScene): readonly OpenLog[] {
  return logs.filter(({ log }) => log.epoch !== '');
}

function once<T>(ask: (about: string) => Promise<T>): (about: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (about) => {
    const known = asked.get(about) ?? ask(about);
    asked.set(about, known);
    return known;
  };
}
