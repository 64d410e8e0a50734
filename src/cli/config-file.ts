import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { QuestionError } from '../inspection/question-error.ts';

/**
 * The project's configuration: the file that is named, or the first `thereupon.config.ts`, `.js`
 * or `.mjs` in this directory or above. It exports `contexts` and `store`, by name or together as
 * its default.
 */
export async function loadConfig(named: string | undefined, cwd: string): Promise<ThereuponConfig> {
  const file = configFile(named, cwd);
  const config = await importConfig(file);
  const missing: string[] = [];
  if (!Array.isArray(config['contexts']) || !config['contexts'].every(isContext))
    missing.push('"contexts", an array of what boundedContext() returns');
  if (typeof (config['store'] as { reader?: unknown } | undefined)?.reader !== 'function')
    missing.push('"store", such as sqlite(\'./data\')');
  if (missing.length > 0) throw incomplete(file, missing.join('; nor '));
  return config as unknown as ThereuponConfig;
}

/** Where the configuration is, whether it can be loaded or not. */
export function configFile(named: string | undefined, cwd: string): string {
  const file = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (!existsSync(file))
    throw new QuestionError('asked-wrongly', `There is no ${file}. Give --config another file.`);
  return file;
}

const NAMES = ['thereupon.config.ts', 'thereupon.config.js', 'thereupon.config.mjs'];

function findConfig(cwd: string): string {
  for (let directory = cwd; ; directory = dirname(directory)) {
    const found = NAMES.map((name) => join(directory, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (dirname(directory) === directory) break;
  }
  throw new QuestionError(
    'asked-wrongly',
    `There is no thereupon.config.ts in ${cwd} or above. Name one with --config FILE, or write it:\n\n` +
      "  import { sqlite } from 'thereupon/sqlite';\n" +
      "  import { ordering } from './ordering/context.ts';\n\n" +
      '  export const contexts = [ordering];\n' +
      "  export const store = sqlite('./data');\n",
  );
}

async function importConfig(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const found = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    const whole = found['default'];
    return typeof whole === 'object' && whole !== null ? { ...whole } : found;
  } catch (error) {
    const told = `${file} cannot be loaded. Mend it:\n${why(error)}`;
    throw new QuestionError('asked-wrongly', told, { cause: error });
  }
}

/** An error that says what to do needs no word on where it was thrown. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'retryable' in error ? error.message : (error.stack ?? error.message);
}

function incomplete(file: string, what: string): QuestionError {
  return new QuestionError('asked-wrongly', `${file} does not export ${what}. Add it.`);
}

function isContext(value: unknown): boolean {
  return (value as { kind?: unknown } | null)?.kind === 'bounded-context';
}
