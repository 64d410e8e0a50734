/**
 * The rules of the tree that no linter knows. Each function returns its objections as sentences.
 */
import { importsOf, withoutComments, type SourceFile } from './source-tree.ts';

const vagueNames = new Set(
  'utils util helpers helper common shared lib misc core types interfaces'.split(' '),
);

const hiddenDate = /\bnew\s+Date\s*(\(\s*\)|[;,)\]])|(?<![.\w]|new\s+)Date\(\)/;

/** `index.ts` is a door that is listed in `package.json`, and nobody inside goes through it. */
export function barrels(files: readonly SourceFile[], doors: readonly string[]): string[] {
  const inside = files.filter(({ path }) => path.startsWith('src/'));
  return inside.flatMap((file) => [
    ...(/(^|\/)index\.ts$/.test(file.path) && !doors.includes(file.path)
      ? [`${file.path} is no door of package.json: import from the file that owns the name`]
      : []),
    ...importsOf(file)
      .filter(({ to }) => to.startsWith('src/') && to.endsWith('/index.ts'))
      .map(({ to }) => `${file.path} imports ${to}: import from the file that owns the name`),
  ]);
}

/** Folders that say nothing about what is in them. */
export function vagueFolders(files: readonly SourceFile[]): string[] {
  const folders = new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  return [...folders]
    .filter((folder) => folder.split('/').some((name) => vagueNames.has(name)))
    .map((folder) => `${folder}: name the thing, and put it beside its only user`);
}

/** `new Date()` and `Date()` read a hidden clock; `new Date(value)` reads none. */
export function hiddenDates(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'))
    .filter(({ path }) => !/^src\/(host|adapters|conformance|testing)\//.test(path))
    .filter(({ text }) => hiddenDate.test(withoutComments(text)))
    .map(({ path }) => `${path} reads a hidden clock by new Date(): take a clock`);
}

/**
 * Each adapter runs each public conformance suite, or says why not in a line of its own:
 * `no testBackbone: messages between logs need no broker`.
 */
export function unprovenAdapters(files: readonly SourceFile[]): string[] {
  const suites = files
    .filter(({ path }) => path === 'src/conformance/index.ts')
    .flatMap(({ text }) => [...withoutComments(text).matchAll(/\b(test[A-Z]\w*)/g)])
    .map((found) => found[1] ?? '');
  const adapters = new Set(
    files.flatMap(({ path }) => /^src\/adapters\/(?!sql\/)[^/]+\//.exec(path)?.[0] ?? []),
  );
  return [...adapters].flatMap((folder) => {
    const own = files.filter(({ path }) => path.startsWith(folder));
    const tests = own.filter(({ path }) => path.endsWith('.test.ts'));
    return [...new Set(suites)]
      .filter((suite) => !tests.some(({ text }) => withoutComments(text).includes(`${suite}(`)))
      .filter((suite) => !own.some(({ text }) => new RegExp(`no ${suite}: \\w+`).test(text)))
      .map((suite) => `${folder} neither calls ${suite}() nor says "no ${suite}: <reason>"`);
  });
}

/** What needs a server says so in its name: `npm test -- --no-servers` leaves it out by that. */
export function misnamedServerTests(
  files: readonly SourceFile[],
  calls: readonly string[],
): string[] {
  return files
    .filter(({ path }) => path.endsWith('.test.ts') && !path.endsWith('.int.test.ts'))
    .flatMap(({ path, text }) => {
      const call = calls.find((name) => withoutComments(text).includes(`${name}(`));
      return call === undefined ? [] : [`${path} calls ${call}(): name it *.int.test.ts`];
    });
}
