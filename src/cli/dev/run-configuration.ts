/**
 * The program that `thereupon dev` runs where a project has none of its own: the contexts of a
 * configuration, until it is told to stop. Its words are the configuration's file, and the names of
 * the contexts that are to run, none for all.
 *
 * It ends by `exit`: nobody closes what the configuration has opened for its handlers.
 */
import { run } from '../../runtime/run.ts';
import { messageText } from '../../telemetry/safe-text.ts';
import { loadConfig } from '../config-file.ts';
import { failureText } from '../failure-text.ts';

const [file, ...only] = process.argv.slice(2);

try {
  const config = await loadConfig(file, process.cwd());
  const app = await run(config.contexts, only.length === 0 ? config : { ...config, only });
  process.once('SIGTERM', () => void app.stop().finally(() => process.exit()));
} catch (error) {
  process.stderr.write(`${messageText(failureText(error))}\n`);
  process.exit(1);
}
