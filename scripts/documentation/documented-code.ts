/**
 * Writes all code of the documentation into one folder, each piece as a file that remembers where
 * it came from, and has the compiler look at all of it in one go.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readSourceTree } from '../tree/source-tree.ts';
import { codeBlocks, type CodeBlock } from './code-blocks.ts';
import { commentExamples, completed, offersOf, type Offer } from './comment-examples.ts';

export interface DocumentedCode {
  /** The page or source file it stands in, and the line there on which it begins. */
  readonly origin: string;
  readonly line: number;
  /** Where it was written to. */
  readonly file: string;
  /** Set for the code of a Markdown page. */
  readonly block?: CodeBlock;
}

/**
 * Writes the code of every page and every doc comment below `root` into `folder`, emptied first.
 * Pages and doc comments are two projects: what one declares for all (`interface Dependencies`)
 * does not bind the other.
 */
export function writeDocumentedCode(root: string, folder: string): DocumentedCode[] {
  rmSync(folder, { recursive: true, force: true });
  const [pagesFolder, commentsFolder] = projectsIn(folder);
  for (const project of [pagesFolder, commentsFolder]) {
    mkdirSync(project, { recursive: true });
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        extends: `${relative(project, root)}/tsconfig.json`,
        // What an example declares, it may leave unused.
        compilerOptions: { noUnusedLocals: false, noEmit: true },
        include: ['**/*.ts'],
      }),
    );
  }
  return [...writePages(root, pagesFolder), ...writeExamples(root, commentsFolder)];
}

function projectsIn(folder: string): readonly [pages: string, comments: string] {
  return [join(folder, 'pages'), join(folder, 'comments')];
}

/** What the compiler objects to, with the lines of the page or file that the code stands in. */
export function compilerObjections(
  root: string,
  folder: string,
  pieces: readonly DocumentedCode[],
): { origin: string; message: string }[] {
  return projectsIn(folder).flatMap((project) => objectionsIn(root, project, pieces));
}

function objectionsIn(
  root: string,
  project: string,
  pieces: readonly DocumentedCode[],
): { origin: string; message: string }[] {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', project, '--pretty', 'false'], {
    cwd: project,
    encoding: 'utf8',
  });
  const objections = run.stdout.split('\n').flatMap((text) => {
    const found = /^(.+?)\((\d+),\d+\): (error .*)$/.exec(text);
    if (found === null) return [];
    const file = join(project, found[1] ?? '');
    const piece = pieces.find((each) => each.file === file);
    const origin = piece?.origin ?? relative(root, file);
    const line = Number(found[2]) + (piece === undefined ? 0 : piece.line - 1);
    return [{ origin, message: `${origin}:${line} ${found[3]}` }];
  });
  if (run.status !== 0 && objections.length === 0) {
    throw new Error(`tsc failed: ${run.stdout}${run.stderr}${run.error?.message ?? ''}`);
  }
  return objections;
}

/** The Markdown pages that make promises to a reader. */
export function pages(root: string): string[] {
  const top = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'benchmarks/README.md'];
  const docs = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    : [];
  return [...top, ...docs.map((name) => `docs/${name}`)]
    .filter((page) => page.endsWith('.md') && existsSync(join(root, page)))
    .toSorted();
}

function writePages(root: string, folder: string): DocumentedCode[] {
  return pages(root).flatMap((origin) =>
    codeBlocks(readFileSync(join(root, origin), 'utf8')).map((block) => {
      const file = join(folder, origin.replace(/\.md$/, ''), block.path);
      mkdirSync(dirname(file), { recursive: true });
      // Without an import or export it would be a script, and share its names with others.
      writeFileSync(file, `${block.code}export {};\n`);
      return { origin, line: block.line, file, block };
    }),
  );
}

function writeExamples(root: string, folder: string): DocumentedCode[] {
  const tree = readSourceTree(root, ['src']);
  const doors = tree.filter(({ path }) => path.endsWith('/index.ts'));
  const stage = readFileSync(join(root, 'scripts', 'documentation', 'stage.ts'), 'utf8');
  return tree.flatMap(({ path, text }) =>
    commentExamples(text).map(({ line, code }) => {
      const file = join(folder, path.replace(/\.ts$/, ''), `line-${line}.ts`);
      const to = (target: string): string => relative(dirname(file), join(root, target));
      const offers: Offer[] = [
        ...doors.flatMap((door) => offersOf(door.text, to(door.path))),
        ...offersOf(text, to(path)),
        ...offersOf(stage, to('scripts/documentation/stage.ts')),
      ];
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, completed(code, offers));
      return { origin: path, line, file };
    }),
  );
}
