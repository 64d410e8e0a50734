import type { BoundedContext } from '../../context/bounded-context.ts';
import type { Chance } from './chance.ts';
import type { Simulation, SimulatedBackboneName } from './simulation.ts';

const PROCESSES_MAX = 3;

/** How the contexts run: in which processes, and what is between them. */
export interface Deployment {
  readonly backbone: SimulatedBackboneName;
  readonly groups: readonly (readonly string[])[];
  readonly says: string;
}

/** The seed chooses: in one process, or in several. */
export function deploymentOf(
  simulation: Simulation,
  contexts: readonly BoundedContext[],
  chance: Chance,
): Deployment {
  const backbone = chance.pick(simulation.backbones ?? (['embedded', 'broker'] as const));
  const most = Math.min(simulation.processesMax ?? PROCESSES_MAX, contexts.length);
  const groups: string[][] = Array.from({ length: chance.between(1, most) }, () => []);
  // The first ones one each, so that no process has nothing to run.
  contexts.forEach(({ name }, index) => {
    const group = index < groups.length ? index : chance.below(groups.length);
    groups[group]?.push(name);
  });
  const processes = groups.map((names) => names.join('+')).join(' | ');
  const many = groups.length === 1 ? 'in one process' : `in ${groups.length} processes`;
  return { backbone, groups, says: `${many} (${processes}), messages ${BETWEEN[backbone]}` };
}

const BETWEEN: Readonly<Record<SimulatedBackboneName, string>> = {
  embedded: 'from log to log',
  broker: 'by a broker',
  unordered: 'by a broker that keeps no order',
};
