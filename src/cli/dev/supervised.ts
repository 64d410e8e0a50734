/**
 * Loaded by `thereupon dev` into a program before the program itself. It tells which files are
 * loaded, so that they are watched, and which contexts run; and when `thereupon dev` is gone,
 * killed or not, the program stops as well: left behind, it would keep its logs from whoever comes
 * next.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../host/clock.ts';
import { onRunning } from '../../telemetry/application-channel.ts';
import { PARENT, STOP_MS_MAX, type ToldByProgram, stampOf } from './told-by-program.ts';

// Neither in a thread nor in a process that the program starts: they have parents of their own.
if (process.env[PARENT] === String(process.ppid) && process.connected) superviseThis();

function superviseThis(): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        // Once it is there, the program is to be tried again.
        const { parentURL } = context;
        if (parentURL !== undefined && /^\.\.?\//.test(specifier))
          tellFile(new URL(specifier, parentURL).href);
        throw error;
      }
    },
    load(url, context, next) {
      // Before it is read: whatever changes from now on may not be in it.
      tellFile(url);
      return next(url, context);
    },
  });
  onRunning(({ contexts, store }) => tell({ thereupon: 'runs', contexts, store }));
  process.once('disconnect', stopAlone);
  // It is the program that keeps its process alive, or not.
  process.channel?.unref();
}

function tellFile(url: string): void {
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || pathname.includes('/node_modules/')) return;
  const file = fileURLToPath(new URL(pathname, 'file:'));
  tell({ thereupon: 'loads', file, stamp: stampOf(file) });
}

function tell(message: ToldByProgram): void {
  // Whoever does not listen any more needs not know.
  process.send?.(message, undefined, undefined, () => undefined);
}

/** `thereupon dev` made this process the leader of a group: all of it goes. */
function stopAlone(): void {
  process.kill(process.pid, 'SIGTERM');
  systemClock().after(STOP_MS_MAX, () => process.kill(-process.pid, 'SIGKILL'));
}
