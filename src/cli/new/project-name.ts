import { builtinModules } from 'node:module';
import { QuestionError } from '../../inspection/question-error.ts';

/** npm takes no longer ones. */
const CHARACTERS_MAX = 214;
const VALID = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;

/**
 * Refuses what npm would not take as a package's name, or no directory can be called. A package
 * that is called as one that it depends on cannot be installed.
 *
 * @throws {QuestionError} that names another one.
 */
export function assertProjectName(name: string, dependencies: readonly string[]): void {
  const isTaken = [...builtinModules, ...dependencies, 'node_modules', 'favicon.ico'];
  const why =
    name.length > CHARACTERS_MAX
      ? `has more than ${CHARACTERS_MAX} characters`
      : VALID.test(name)
        ? isTaken.includes(name) && 'is the name of something else already'
        : 'cannot be the name of a package';
  if (why === false) return;
  throw new QuestionError(
    'asked-wrongly',
    `${JSON.stringify(name)} ${why}. Take lower-case letters and digits, with - . or _ between ` +
      `them, such as ${alike(name, isTaken)}.`,
  );
}

/** What the person most likely meant. */
function alike(name: string, isTaken: readonly string[]): string {
  const words =
    name
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const joined = words.join('-').slice(0, 50).replace(/-$/, '');
  if (joined === '') return 'cinema';
  return isTaken.includes(joined) ? `my-${joined}` : joined;
}
