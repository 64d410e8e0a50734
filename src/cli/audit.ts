import type { Command } from 'commander';
import { AUDIT_MAX, type AuditedOperation, auditTrail } from '../inspection/audit-trail.ts';
import { assertSomeLog, withLogs } from '../inspection/open-logs.ts';
import { jsonDocument, jsonText, messageLine, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, type Paint, commandOf, wholeNumber } from './command.ts';

interface AuditOptions {
  readonly context?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `thereupon audit`: what persons have done to the running system, and why. */
export function auditCommand({ config, print, paint }: CommandMeans): Command {
  return commandOf('audit', {
    description:
      'Shows what persons have done: redrives and discards, edited copies, pauses, rebuilds, timers; the latest first.',
    example: 'thereupon audit --context billing --limit 20',
  })
    .option('--context <name>', 'only this context')
    .option('--limit <count>', `at most so many, up to ${AUDIT_MAX}`, wholeNumber, 50)
    .action(async ({ context, limit, json }: AuditOptions) => {
      const inspected = await config();
      const trail = await withLogs(inspected, context, (logs) => {
        assertSomeLog(logs, inspected.store.name);
        return auditTrail(logs, limit);
      });
      if (json === true) return print(jsonDocument(trail));
      const { operations, isCut } = trail;
      const lines = operations.map((operation) => operationText(operation, paint));
      const more = isCut ? ['There is more, which is older: --limit says how many are shown.'] : [];
      print([...lines, ...more].join('\n') || 'Nobody has done anything yet.');
    });
}

function operationText(operation: AuditedOperation, paint: Paint): string {
  const { context, at, who, action, why, subscription, key, recordId, edited, refused } = operation;
  const about = [
    nameText(context),
    ...(subscription === null ? [] : [jsonText(subscription)]),
    ...(key === null ? [] : [`key ${jsonText(key)}`]),
    ...(recordId === null ? [] : [`record ${nameText(recordId)}`]),
  ];
  return [
    `${at}  ${nameText(action)}, by ${nameText(who)}: ${messageLine(why)}`,
    paint('faint', `  ${about.join(' · ')}`),
    ...(edited === null ? [] : [`  with this in place of its data: ${jsonText(edited.data)}`]),
    ...(refused === null ? [] : [paint('attention', `  NOT DONE: ${messageLine(refused)}`)]),
  ].join('\n');
}
