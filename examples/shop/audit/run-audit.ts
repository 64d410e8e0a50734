/** The audit of the whole shop: who listens to whom comes from the contexts' own definitions. */
import { contexts } from '../contexts.ts';
import { auditBooks, type Audit } from './audit.ts';
import { flowsOf } from './flows.ts';

/**
 * Looks once, at one moment. A running shop may be in the middle of something then: look again.
 *
 * @throws {BooksMissingError} when the directory does not hold a shop's files.
 */
export function runAudit(directory: string): Audit {
  return auditBooks(directory, flowsOf(contexts));
}
