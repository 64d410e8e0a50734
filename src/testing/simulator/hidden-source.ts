import { framesIn } from './own-code.ts';

/** Code that is simulated asks the machine for time or chance, or waits by its timers. */
export class HiddenSourceError extends Error {
  override readonly name = 'HiddenSourceError';
  readonly code = 'hidden-source';
  readonly retryable = false;
  /** Such as `Date.now`. */
  readonly source: string;
  /** The handler or the step that did so. */
  readonly by: string;

  constructor(by: string, source: string, stack: string) {
    super(
      `${by} uses ${source}, so that no run of it can be repeated:\n${placesIn(stack)}\n` +
        `Take times from the event, ids from commands, and pass everything else in.`,
    );
    this.source = source;
    this.by = by;
  }
}

function placesIn(stack: string): string {
  return framesIn(stack)
    .map(({ line }) => line)
    .join('\n');
}
