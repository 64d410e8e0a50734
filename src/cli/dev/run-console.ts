/**
 * The console that `thereupon dev` serves beside an application: of the configuration's store, from a
 * process of its own, so that it goes on while the application is broken. Its words are the
 * configuration's file, and a port where the person has named one.
 *
 * A configuration that cannot be loaded is the application's to tell; it comes back when that is mended.
 */
import { CONSOLE_PORT, ConsolePortError, serveConsole } from '../../console/serve-console.ts';
import type { ThereuponConfig } from '../../runtime/thereupon-config.ts';
import { messageText } from '../../telemetry/safe-text.ts';
import { loadConfig } from '../config-file.ts';
import { failureText } from '../failure-text.ts';

const [file, port] = process.argv.slice(2);

const config = await loadConfig(file, process.cwd()).catch(() => process.exit());
try {
  const { url, close } = await served(config);
  process.stdout.write(`Console: ${messageText(url)}\n`);
  process.once('SIGTERM', () => void close().finally(() => process.exit()));
} catch (error) {
  process.stderr.write(`No console: ${messageText(failureText(error))}\n`);
  process.exit(1);
}

/** Another `thereupon dev` may have the usual port. */
async function served(of: ThereuponConfig): ReturnType<typeof serveConsole> {
  if (port !== undefined) return serveConsole(of, { port: Number(port) });
  try {
    return await serveConsole(of, { port: CONSOLE_PORT });
  } catch (error) {
    if (error instanceof ConsolePortError) return serveConsole(of, { port: 0 });
    throw error;
  }
}
