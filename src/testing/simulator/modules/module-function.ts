import { compileFunction } from 'node:vm';

/** What a module exports, by name. */
export type Namespace = Readonly<Record<string, unknown>>;

/** A module as a function: what it imports is given, what it exports is answered. */
export interface ModuleFunction {
  /** What it imports, as it is written there. */
  readonly imports: readonly string[];
  readonly run: (imports: readonly Namespace[]) => Namespace;
}

/**
 * Compiles a module into a function, so that it can be evaluated again without being loaded again.
 * Imports and exports are rewritten where they stand, each in as many lines as it had, so that
 * stacks show the right ones.
 *
 * Undefined when it uses what a function cannot give: imports that are made while it runs, awaiting
 * at the top, bindings that are exported and change later, `import.meta`, or anything whose form is
 * not known here. Whoever asks then has Node load it.
 */
export function moduleFunction(url: string, source: string): ModuleFunction | undefined {
  if (/\bimport\s*[(.]/.test(source)) return undefined;
  const rewritten = new Rewriting();
  const body = source.replaceAll(STATEMENT, (whole: string, ...found: (string | undefined)[]) => {
    const text = rewritten.rewrite(found.slice(0, 8));
    return text === undefined ? whole : text + '\n'.repeat(linesIn(whole) - linesIn(text));
  });
  const code = `'use strict'; ${body}\nreturn { ${rewritten.exported.join(', ')} };`;
  try {
    // What could not be rewritten is no statement of a function, and does not compile.
    const compiled = compileFunction(code, [IMPORTED], { filename: url });
    const { imports } = rewritten;
    return { imports, run: compiled as ModuleFunction['run'] };
  } catch {
    return undefined;
  }
}

const IMPORTED = '$imported';
const DEFAULT = '$default';

/** Imports and exports that begin a line, as every formatter writes them. */
const STATEMENT = new RegExp(
  [
    String.raw`^import\s*(?:(\*\s*as\s+[\w$]+|[\w$]+|\{[^}]*\})\s*from\s*)?(['"])(.+?)\2[^\S\n]*;?`,
    String.raw`^export\s*(\{[^}]*\}|\*)\s*from\s*(['"].+?['"])[^\S\n]*;?`,
    String.raw`^export\s*(\{[^}]*\})[^\S\n]*;?`,
    String.raw`^export\s+((?:const|class|function\*?|async\s+function\*?)\s+[\w$]+|default\b)`,
  ].join('|'),
  'gm',
);

class Rewriting {
  readonly imports: string[] = [];
  /** As in the object that the function answers with. */
  readonly exported: string[] = [];

  rewrite(found: readonly (string | undefined)[]): string | undefined {
    const [names, , from, againNames, againFrom, ownNames, declared] = found;
    if (from !== undefined) return this.#import(names, from);
    if (againNames !== undefined) return this.#exportAgain(againNames, againFrom as string);
    if (ownNames !== undefined) {
      for (const [inside, outside] of pairs(ownNames)) this.exported.push(`${outside}: ${inside}`);
      return '';
    }
    if (declared === 'default') {
      this.exported.push(`default: ${DEFAULT}`);
      return `const ${DEFAULT} =`;
    }
    if (declared === undefined) return undefined;
    this.exported.push(declared.split(/\s+/).at(-1) as string);
    return declared;
  }

  #import(names: string | undefined, from: string): string {
    const module = `${IMPORTED}[${this.imports.push(from) - 1}]`;
    if (names === undefined) return '';
    if (names.startsWith('*')) return `const ${names.split(/\s+/).at(-1)} = ${module};`;
    if (!names.startsWith('{')) return `const { default: ${names} } = ${module};`;
    return `const { ${pairs(names)
      .map(([outside, inside]) => `${outside}: ${inside}`)
      .join(', ')} } = ${module};`;
  }

  #exportAgain(names: string, from: string): string {
    const module = `${IMPORTED}[${this.imports.push(from.slice(1, -1)) - 1}]`;
    if (names === '*') this.exported.push(`...${module}`);
    else
      for (const [theirs, ours] of pairs(names)) this.exported.push(`${ours}: ${module}.${theirs}`);
    return '';
  }
}

/** `{ a, b as c }` as [a, a] and [b, c]. */
function pairs(names: string): (readonly [string, string])[] {
  const list = names.slice(1, -1).split(',');
  return list.flatMap((each) => {
    const [one, , other] = each.trim().split(/\s+/);
    return one === undefined || one === '' ? [] : [[one, other ?? one] as const];
  });
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
