import type { Diagnosis, Runner } from '../log/diagnosis.ts';
import type { Store } from '../log/store.ts';

/** Who runs a context, as far as its store can tell. */
export interface Running {
  /** Whether several processes may share it; false also where nobody knows. */
  readonly isShared: boolean;
  /** Those that live; null where the store cannot tell. */
  readonly processes: readonly Runner[] | null;
}

/** A process, as a person finds it: by its number, and on which machine if that is another one. */
export interface OwnerName {
  readonly pid: number | null;
  readonly host: string | null;
}

/** What the store tells of a context beside its log; undefined where it tells nothing. */
export async function diagnosisOf(store: Store, context: string): Promise<Diagnosis | undefined> {
  return store.diagnose?.(context);
}

export function runningOf(diagnosis: Diagnosis | undefined): Running {
  return {
    isShared: diagnosis?.isShared ?? false,
    processes: diagnosis?.runners.filter(({ isAlive }) => isAlive) ?? null,
  };
}

/** Who works on all of some slots of a part; null: nobody, or nobody knows. */
export function ownerOf(
  { processes }: Running,
  part: string,
  { firstSlot, lastSlot }: { readonly firstSlot: number; readonly lastSlot: number },
): OwnerName | null {
  const owner = processes?.find(({ holds }) => {
    if (holds === null) return true;
    const held = holds[part];
    return held !== undefined && held[0] <= firstSlot && held[1] >= lastSlot;
  });
  return owner === undefined ? null : { pid: owner.pid, host: owner.host };
}
