import type { Operation } from '../log/write-set.ts';
import { auditedEdit } from './audited-edit.ts';
import type { OpenLog } from './open-logs.ts';

/** At most so many of each context are told of. */
export const AUDIT_MAX = 10_000;

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
  /** What it was tried with in place of its own data, what is personal masked; null: with its own. */
  readonly edited: { readonly data: unknown } | null;
  /** Why it was not done. */
  readonly refused: string | null;
}

/** The audit trail of some logs together. */
export async function auditTrail(logs: readonly OpenLog[], limit: number): Promise<AuditTrail> {
  const most = Math.min(limit, AUDIT_MAX);
  const lists = await Promise.all(
    logs.map(async (open) =>
      (await open.log.operations(most + 1)).map((operation) => ({ open, operation })),
    ),
  );
  // Of one moment and one log they stay in their order: the latest first.
  const all = lists.flat().toSorted((a, b) => b.operation.at - a.operation.at);
  const operations: AuditedOperation[] = [];
  for (const { open, operation } of all.slice(0, most))
    operations.push(await audited(open, operation));
  return { operations, isCut: all.length > most };
}

/** Of the detail only names are told, and what was edited: a waiting row may hold data of a person. */
async function audited(
  open: OpenLog,
  { id, at, who, action, why, detail }: Operation,
): Promise<AuditedOperation> {
  const said = JSON.parse(detail) as Said & { readonly request?: Said; readonly refused?: string };
  const about = { ...said, ...said.request };
  return {
    context: open.name,
    id,
    at: new Date(at).toISOString(),
    who,
    action,
    why,
    subscription: about.subscription ?? about.model ?? about.source ?? null,
    key: about.key ?? null,
    recordId: about.recordId ?? null,
    edited: await auditedEdit(open, detail),
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
