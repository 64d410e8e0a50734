import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AnyContract } from './contract.ts';

/**
 * Holds data against a contract's schema, and throws when it does not fit. What the schema returns
 * is ignored: a schema checks, it does not transform.
 *
 * @throws {ContractViolationError} naming each field that does not fit.
 */
export function assertFits(contract: AnyContract, data: unknown): void {
  const result = contract.schema['~standard'].validate(data);
  if (result instanceof Promise) {
    throw new ContractViolationError(contract.name, contract.version, [
      { message: 'the schema waits for something; use a synchronous schema' },
    ]);
  }
  if (result.issues !== undefined)
    throw new ContractViolationError(
      contract.name,
      contract.version,
      result.issues.map((issue) => withoutPersonal(issue, contract.personal)),
    );
}

// Some schema libraries quote what they were given; errors end up in logs, and personal data must
// not.
function withoutPersonal(
  issue: StandardSchemaV1.Issue,
  personal: readonly string[],
): StandardSchemaV1.Issue {
  const [field] = pathOf(issue);
  if (field === undefined ? personal.length === 0 : !personal.includes(field)) return issue;
  return { ...issue, message: 'does not fit the schema; its message might quote personal data' };
}

/** Data does not fit its contract. Never retried: neither will change by itself. */
export class ContractViolationError extends Error {
  override readonly name = 'ContractViolationError';
  readonly code = 'contract-violation';
  readonly retryable = false;
  readonly contract: string;
  readonly version: number;
  /** What does not fit, a line each: `lines.0.quantity: expected number`. */
  readonly problems: readonly string[];

  constructor(contractName: string, version: number, issues: readonly StandardSchemaV1.Issue[]) {
    const problems = issues.slice(0, 20).map(describeIssue);
    super(
      `Data does not fit ${JSON.stringify(contractName)} version ${version}: ` +
        `${problems.join('; ')}. Mend the data, or publish under a new version of the contract.`,
    );
    this.contract = contractName;
    this.version = version;
    this.problems = problems;
  }
}

function describeIssue(issue: StandardSchemaV1.Issue): string {
  const path = pathOf(issue);
  return path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`;
}

function pathOf(issue: StandardSchemaV1.Issue): string[] {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
}
