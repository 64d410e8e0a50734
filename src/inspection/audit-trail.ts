import type { Operation } from '../log/write-set.ts';
import type { OpenLog } from './open-logs.ts';

/** At most so many of each context are told of. */
export const AUDIT_MAX = 1_000;

/** What persons have done, the latest first. */
export interface AuditTrail {
  readonly operations: readonly AuditedOperation[];
  /** There is more. */
  readonly isCut: boolean;
}

export interface AuditedOperation {
  readonly context: string;
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly why: string;
  /** What it was done to. */
  readonly subscription: string | null;
  readonly key: string | null;
  readonly recordId: string | null;
  /** Why it was not done. */
  readonly refused: string | null;
}

/** The audit trail of some logs together. */
export async function auditTrail(logs: readonly OpenLog[], limit: number): Promise<AuditTrail> {
  const most = Math.min(limit, AUDIT_MAX);
  const lists = await Promise.all(
    logs.map(async ({ name, log }) =>
      (await log.operations(most + 1)).map((operation) => ({ name, operation })),
    ),
  );
  // Of one moment and one log they stay in their order: the latest first.
  const all = lists.flat().toSorted((a, b) => b.operation.at - a.operation.at);
  const told = all.slice(0, most).map(({ name, operation }) => audited(name, operation));
  return { operations: told, isCut: all.length > most };
}

/** Of the detail only names are told: a waiting row may hold data of a person. */
function audited(
  context: string,
  { id, at, who, action, why, detail }: Operation,
): AuditedOperation {
  const said = JSON.parse(detail) as Said & { readonly request?: Said; readonly refused?: string };
  const about = { ...said, ...said.request };
  return {
    context,
    id,
    at: new Date(at).toISOString(),
    who,
    action,
    why,
    subscription: about.subscription ?? about.model ?? about.source ?? null,
    key: about.key ?? null,
    recordId: about.recordId ?? null,
    refused: said.refused ?? null,
  };
}

/** What the details of operations have in common. */
interface Said {
  readonly subscription?: string;
  readonly model?: string;
  readonly source?: string;
  readonly key?: string;
  readonly recordId?: string;
}
