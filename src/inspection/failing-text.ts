import { messageLine, nameText } from '../telemetry/safe-text.ts';
import type { Failing } from './failing.ts';

/** What fails, why, and when it is tried again, on one line. */
export function failingText({ recordId, error, attempts, due }: Failing): string {
  const message = messageLine(error.message).replace(/\.$/, '');
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return `${nameText(error.name)}: ${message} (record ${nameText(recordId)}, tried ${times}, again at ${due})`;
}
