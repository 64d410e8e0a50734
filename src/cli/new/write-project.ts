import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { QuestionError } from '../../inspection/question-error.ts';
import { TEMPLATE, manifestOf } from './manifest.ts';

/** What is made, where, and on which Thereupon it depends: the one that makes it, unless given. */
export interface Project {
  readonly name: string;
  readonly directory: string;
  readonly thereupon: string | undefined;
}

/**
 * Writes a new project: the files of `template` as they are, and a `package.json`. Answers with
 * their paths. Nothing that is there already is touched.
 *
 * @throws {QuestionError} when the directory holds something, or cannot be written.
 */
export function writeProject({ name, directory, thereupon }: Project): readonly string[] {
  assertEmpty(directory);
  const manifest = `${JSON.stringify(manifestOf(name, thereupon), null, 2)}\n`;
  const files = [
    { path: 'package.json', text: manifest },
    ...templateFiles().map(({ path, text }) => ({ path, text: text.replaceAll(NAME, name) })),
  ];
  try {
    for (const { path, text } of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text, { flag: 'wx' });
    }
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw refused(`The project cannot be written: ${message}. Go to another directory.`, error);
  }
  return files.map(({ path }) => path).toSorted();
}

/** Stands for the project's name in the template. */
const NAME = 'PROJECT_NAME';

/**
 * By another name in the template: npm packs no `.gitignore`, and the tools of this package would
 * take a `tsconfig.json` there for theirs.
 */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  'tsconfig.project.json': 'tsconfig.json',
};

function templateFiles(): readonly { readonly path: string; readonly text: string }[] {
  const entries = readdirSync(TEMPLATE, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = relative(TEMPLATE, file);
      return { path: RENAMED[path] ?? path, text: readFileSync(file, 'utf8') };
    });
}

/** A repository that was just made is as good as nothing. */
function assertEmpty(directory: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw refused(`A project cannot be made there: ${message}. Take another name.`, error);
  }
  if (names.some((name) => name !== '.git'))
    throw refused(`${directory} is not empty. Take another name, or an empty directory.`);
}

function refused(why: string, cause?: unknown): QuestionError {
  return new QuestionError('asked-wrongly', why, { cause });
}
