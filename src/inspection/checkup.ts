import type { Clock } from '../host/clock.ts';
import { describeError } from '../subscription/failure.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { backboneCheck } from './checks/backbone.ts';
import { clockCheck, futureCheck } from './checks/clocks.ts';
import { configurationCheck, nodeCheck, startingCheck } from './checks/configuration.ts';
import { horizonCheck } from './checks/horizon.ts';
import { lagCheck, leftoversCheck, outboxCheck, parkedCheck } from './checks/lag.ts';
import { restoredCheck } from './checks/restored.ts';
import { runningCheck } from './checks/running.ts';
import { migrationsCheck, storeCheck } from './checks/store.ts';
import { diskCheck, poolerCheck } from './checks/surroundings.ts';
import { type CheckupScene, withScene } from './checkup-scene.ts';
import { type CheckName, type Finding, type Found, bad } from './finding.ts';
import { type Level, worstOf } from './level.ts';

/** All that was looked at. */
export interface Checkup {
  /** The worst of all findings. */
  readonly level: Level;
  readonly findings: readonly Finding[];
}

/** What is asked with. */
export interface CheckupMeans {
  readonly clock: Clock;
  /** Of this process: `process.versions.node`. */
  readonly nodeVersion: string;
}

const CHECKS: Readonly<
  Record<CheckName, (scene: CheckupScene) => Promise<readonly Found[]> | readonly Found[]>
> = {
  configuration: configurationCheck,
  node: nodeCheck,
  store: storeCheck,
  migrations: migrationsCheck,
  starting: startingCheck,
  running: runningCheck,
  backbone: backboneCheck,
  lag: lagCheck,
  outbox: outboxCheck,
  parked: parkedCheck,
  leftovers: leftoversCheck,
  horizon: horizonCheck,
  restored: restoredCheck,
  clock: clockCheck,
  future: futureCheck,
  pooler: poolerCheck,
  disk: diskCheck,
};

/**
 * Looks through an application and what it stands on, beside it while it runs or without it, and changes
 * nothing. Each check is made whatever the others have found; one that cannot be made is bad.
 */
export async function checkup(config: ThereuponConfig, means: CheckupMeans): Promise<Checkup> {
  return withScene(config, means, async (scene) => {
    const findings: Finding[] = [];
    for (const [name, check] of Object.entries(CHECKS)) {
      const found = await made(() => check(scene));
      findings.push(...found.map((each) => ({ check: name as CheckName, ...each })));
    }
    return { level: worstOf(findings.map(({ level }) => level)), findings };
  });
}

async function made(
  check: () => Promise<readonly Found[]> | readonly Found[],
): Promise<readonly Found[]> {
  try {
    return await check();
  } catch (error) {
    const { message } = describeError(error);
    return [
      bad(null, `This cannot be looked at: ${message}`, 'Mend what else is named here first.'),
    ];
  }
}
