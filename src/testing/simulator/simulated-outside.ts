import { OUTSIDE_RATES } from './faults/outside.ts';
import { SimulatedFaultError } from './faults/simulated-fault.ts';
import type { Life } from './life.ts';
import { callPort } from './port.ts';
import type { World } from './world.ts';

/**
 * The outside as one process sees it: whatever is called there is a call of a port. The outside
 * itself outlives the processes, so that it can be compared with what they believe of it.
 */
export function simulatedOutside<Outside extends object>(
  world: World,
  life: Life,
  outside: Outside,
): Outside {
  const seen: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(outside)) {
    seen[name] = isObject(part) ? simulatedPart(world, life, { name, part }) : part;
  }
  return seen as Outside;
}

type AnyCall = (...given: unknown[]) => unknown;

/** By a proxy, so that classes and their private fields may be given. */
function simulatedPart(
  world: World,
  life: Life,
  { name, part }: { readonly name: string; readonly part: object },
): object {
  return new Proxy(part, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function' || typeof property === 'symbol') return value;
      const place = world.faults.place(`${name}.${property}`);
      return (...given: unknown[]) =>
        callPort(world, {
          life,
          place,
          rates: OUTSIDE_RATES,
          isChange: true,
          perform: async () => {
            const answer = await (value as AnyCall).apply(target, given);
            world.askedOutside(life, place.name, given);
            return answer;
          },
          failure: (strike) => new SimulatedFaultError(strike),
        });
    },
  });
}

function isObject(part: unknown): part is object {
  return typeof part === 'object' && part !== null;
}
