import type { ShownRecord } from '../inspection/shown-record.ts';
import { jsonText, nameText } from '../telemetry/safe-text.ts';

/** An event of a stream as one line: its version, when it happened, what it is, its data. */
export function eventLine(record: ShownRecord): string {
  const version = String(record.version).padStart(4);
  const schema = record.schemaVersion === 1 ? '' : ` (schema ${record.schemaVersion})`;
  const recorded = record.recordedAt === record.occurredAt ? '' : `  recorded ${record.recordedAt}`;
  const what = `${nameText(record.type)}${schema}`;
  return `${version}  ${record.occurredAt}  ${what}  ${jsonText(record.data)}${recorded}`;
}
