import type { ShownRecord } from '../inspection/shown-record.ts';
import { nameText } from '../telemetry/safe-text.ts';

/** What a record says that happened, in a few words. */
export function whatHappened(record: ShownRecord): string {
  const type = nameText(record.type);
  switch (record.direction) {
    case 'domain':
      return `${type}  ${nameText(record.stream ?? '')} v${record.version}`;
    case 'outgoing':
      return `published ${type}`;
    case 'incoming':
      return `took in ${type}`;
    case 'timer':
      return `timer ${type}`;
  }
}
