/**
 * The `@example` blocks of doc comments, made into files that compile.
 *
 * An example in a comment is three to eight lines: it leaves out its imports, and speaks of an
 * order and a payment that everybody knows. So the names that it uses and does not declare are
 * imported: from the doors of the package, from the file that it stands in, or from the stage.
 */
export interface CommentExample {
  /** The line of the file on which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
}

/** A name that can be imported. */
export interface Offer {
  readonly name: string;
  readonly from: string;
  readonly isType: boolean;
}

export function commentExamples(source: string): CommentExample[] {
  const examples: CommentExample[] = [];
  for (const comment of source.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)) {
    const before = source.slice(0, comment.index).split('\n').length;
    const lines = comment[0].split('\n').map((line) => line.replace(/^\s*\/?\*+[ /]?/, ''));
    const start = lines.findIndex((line) => line.trim() === '@example');
    if (start === -1) continue;
    const end = lines.findIndex((line, index) => index > start && line.startsWith('@'));
    const body = lines.slice(start + 1, end === -1 ? undefined : end);
    const code = body.map((line) => (line.startsWith('```') ? '' : line)).join('\n');
    examples.push({ line: before + start + 1, code });
  }
  return examples;
}

/** What a file exports, by its own declarations and by `export { … } from`. */
export function offersOf(source: string, from: string): Offer[] {
  const declared = [
    ...source.matchAll(
      /^export (?:declare |async |abstract )*(function\*?|const|class|interface|type) (\w+)/gm,
    ),
  ].map((found) => {
    const isType = found[1] === 'interface' || found[1] === 'type';
    return { name: found[2] ?? '', from, isType };
  });
  const listed = [...source.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap((found) =>
    (found[2] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => ({
        name: name.replace(/^type /, '').replace(/^.* as /, ''),
        from,
        isType: found[1] !== undefined || name.startsWith('type '),
      })),
  );
  return [...declared, ...listed];
}

/** The example with the imports it needs in front, in one line so that line numbers stay. */
export function completed(code: string, offers: readonly Offer[]): string {
  const taken = new Set<string>();
  const imports: string[] = [];
  for (const { name, from, isType } of offers) {
    if (taken.has(name) || declares(code, name)) continue;
    if (!new RegExp(`(?<![\\w.'"$])${name}(?![\\w'"$])`).test(code)) continue;
    taken.add(name);
    imports.push(`import { ${isType ? 'type ' : ''}${name} } from '${from}';`);
  }
  // A handler's answer is shown without the handler around it.
  const isBody = /^(if \(.*\) )?return\b/m.test(code);
  const whole = isBody ? `export async function example() {${code}\n}` : `${code}\nexport {};`;
  return `${imports.join(' ')} ${whole}`;
}

function declares(code: string, name: string): boolean {
  const declaration = `^(?:export |declare )*(?:const|let|function|class|type|interface) ${name}\\b`;
  const imported = `^import\\b[^;]*\\b${name}\\b[^;]*from`;
  const destructured = `^(?:const|let) \\{[^=]*\\b${name}\\b[^=]*\\} =`;
  return new RegExp(`${declaration}|${imported}|${destructured}`, 'm').test(code);
}
