/**
 * A `node:test` reporter that writes one line of JSON for each thing that matters.
 *
 * Node's own reporters differ between its versions; these lines do not. A file whose lines do not
 * end with `end` died before its tests were done.
 */
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

export type EventLine =
  | { readonly type: 'start'; readonly name: string }
  | {
      readonly type: 'pass' | 'fail';
      readonly name: string;
      readonly kind: 'test' | 'suite';
      readonly durationMs: number;
      readonly skipped?: string;
      /** A test that only repeats that one below it failed. */
      readonly isEcho?: boolean;
      readonly error?: string;
    }
  /** What the runner noticed outside of any test. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'end' };

// node loads a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default async function* eventLines(
  source: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  for await (const event of source) {
    const line = lineOf(event);
    if (line !== undefined) yield `${JSON.stringify(line)}\n`;
  }
}

function lineOf(event: TestEvent): EventLine | undefined {
  if (event.type === 'test:dequeue') return { type: 'start', name: event.data.name };
  if (event.type === 'test:diagnostic' && event.data.message.startsWith('Error: '))
    return { type: 'note', text: event.data.message };
  if (event.type === 'test:summary') return { type: 'end' };
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return undefined;

  const { name, details, skip, todo } = event.data;
  const skipped = skip ?? todo;
  return {
    type: event.type === 'test:pass' ? 'pass' : 'fail',
    name,
    kind: details.type === 'suite' ? 'suite' : 'test',
    durationMs: details.duration_ms,
    ...(skipped !== undefined && skipped !== false && { skipped: String(skipped) }),
    ...('error' in details && errorOf(details.error)),
  };
}

function errorOf(error: Error & { cause?: unknown; failureType?: string }): {
  isEcho: boolean;
  error: string;
} {
  return {
    isEcho: error.failureType === 'subtestsFailed',
    error: inspect(error.cause ?? error, { depth: 6 }),
  };
}
