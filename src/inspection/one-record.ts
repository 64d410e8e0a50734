import { nameText } from '../telemetry/safe-text.ts';
import type { OpenLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/**
 * The record at a position.
 *
 * @throws {QuestionError} when there is none.
 */
export async function oneRecord(
  { name, log, vocabulary }: OpenLog,
  position: number,
  storeName: string,
): Promise<ShownRecord> {
  const [record] = await log.read({ after: position - 1, limit: 1 });
  if (record?.position === position) return shownRecord(vocabulary, record);
  throw new QuestionError(
    'nothing-found',
    `There is no record at position ${position} of ${nameText(name)} (${storeName}).`,
  );
}
