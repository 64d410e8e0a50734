import { relative } from 'node:path';
import type { Clock } from '../../host/clock.ts';
import type { RunningHere } from '../../telemetry/application-channel.ts';
import { nameText } from '../../telemetry/safe-text.ts';
import type { Style } from '../command.ts';
import { type Program, type Ended, RunningProgram } from './running-program.ts';
import { stampOf } from './told-by-program.ts';
import { WatchedFiles } from './watched-files.ts';

/** What a program is kept running with. */
export interface Keeping {
  readonly clock: Clock;
  /** The end: the program is stopped in order. */
  readonly stop: AbortSignal;
  /** Whoever stops does not want to wait any more. */
  readonly atOnce: AbortSignal;
  readonly tell: (text: string, style: Style) => void;
  readonly runs: (running: RunningHere) => void;
}

/**
 * Runs a program, and runs it anew whenever a file changes that it has loaded, until `stop` aborts:
 * the old one stops in order, and then the new one starts, so that never two have the logs. A
 * program that has ended, or failed, is left until a file changes: what it wrote stays on the
 * screen. Answers whether the last one stopped by itself.
 *
 * It is not `node --watch` that does it: there Ctrl-C reaches the program twice, and a program whose
 * watcher was killed goes on.
 */
export async function keepRunning(program: Program, keeping: Keeping): Promise<boolean> {
  const { clock, stop, atOnce, tell, runs } = keeping;
  const files = new WatchedFiles(clock, (text) => tell(text, 'bad'));
  const loads = (file: string, stamp: string): void => files.add(file, stamp);
  files.add(program.source, stampOf(program.source));
  try {
    for (;;) {
      files.begin();
      const running = new RunningProgram(program, { loads, runs });
      const isOver = new AbortController();
      void running.ended.then((ended) => {
        if (!isOver.signal.aborted) tell(...endText(program, ended));
      });
      const changed = await files.changed(stop);
      isOver.abort();
      if (changed !== undefined) tell(`${shown(program, changed)} has changed.`, 'faint');
      const isInOrder = await running.stop(clock, atOnce);
      if (!isInOrder) tell('It did not stop in time, and was killed. Nothing is lost.', 'bad');
      if (changed === undefined || stop.aborted) return isInOrder;
    }
  } finally {
    files.close();
  }
}

function endText(program: Program, { exitCode, signal }: Ended): [text: string, style: Style] {
  const name = shown(program, program.source);
  if (exitCode === 0) return [`${name} has ended. It runs anew when a file changes.`, 'attention'];
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  return [`${name} has ended ${how}. Mend it, and it runs anew.`, 'bad'];
}

function shown({ cwd }: Program, file: string): string {
  return nameText(relative(cwd, file));
}
