import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once, on } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../host/clock.ts';
import type { Said, Task } from './other-process.ts';
import type { Scene } from './scene.ts';

/** Beside this file, whether it runs as it is or was built. */
const PROGRAM = new URL(`other-process${extname(import.meta.filename)}`, import.meta.url);
/** It begins by loading all that it needs, on a machine that does other things, too. */
const PATIENCE_MS = 60_000;

/** Another process at the same backbone, which ends by a kill, and with the scene at the latest. */
export class OtherProcess {
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #said: AsyncIterator<[Said]>;

  constructor(scene: Scene, task: Task) {
    this.#clock = scene.host.clock;
    this.#child = fork(fileURLToPath(PROGRAM), [], {
      // It runs as this one does, and is no runner of tests.
      execArgv: process.execArgv.filter((argument) => argument !== '--test'),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#said = on(this.#child, 'message', { close: ['exit'] }) as AsyncIterator<[Said]>;
    scene.atEnd(() => this.kill());
    this.#child.send(task);
  }

  /** The next that it says of a kind: it says nothing else. */
  async next<Kind extends Said['kind']>(kind: Kind): Promise<Said & { readonly kind: Kind }> {
    const stopWaiting = this.#clock.after(PATIENCE_MS, () => this.#child.kill('SIGKILL'));
    const { value, done } = await this.#said.next();
    stopWaiting();
    assert.ok(done !== true, `the other process ended, or said nothing for ${PATIENCE_MS} ms`);
    const [said] = value;
    assert.equal(said.kind, kind);
    return said as Said & { readonly kind: Kind };
  }

  /** That what it was given is kept: it acknowledges that. */
  sayKept(): void {
    this.#child.send('kept');
  }

  /** With SIGKILL: what it was about to do is not done. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
