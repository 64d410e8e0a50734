import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isOwnCode } from '../own-code.ts';
import type { Namespace } from './module-function.ts';
import { Graph } from './module-graph.ts';

/**
 * Loads the user's modules anew for each life of a process, so that what is kept in a variable of
 * a module is lost at a crash, as it would be. Those of Thereupon and of packages are shared.
 *
 * Node keeps every module that it ever loaded, and compiles each anew: 23 ms and 1.4 MB for the 53
 * modules of the shop. So Node loads them once, under a name of their own (`?life=1`); from then
 * on what it has compiled once is only evaluated again, as functions, which takes 3 ms and leaves
 * nothing behind. A graph that cannot be run so (see `module-function.ts`) is loaded by Node.
 */
export class FreshModules {
  readonly #resolved = new Map<string, string>();
  readonly #sources = new Map<string, string>();
  /** By the module that was asked for. Undefined: Node loads it. */
  readonly #graphs = new Map<string, Graph | undefined>();
  #isHooked = false;
  #isBuilding = false;
  #lives = 0;

  /** One for all: hooks are for a whole thread. */
  static build<T>(build: () => T | Promise<T>): Promise<T> {
    return all.#build(build);
  }

  /** At the end of a run: nothing of its lives is needed any more. */
  static letGo(): void {
    for (const letGo of handedOn) letGo();
    handedOn.clear();
  }

  async #build<T>(build: () => T | Promise<T>): Promise<T> {
    this.#hook();
    this.#lives += 1;
    this.#isBuilding = true;
    try {
      return await build();
    } finally {
      this.#isBuilding = false;
      for (const [root, graph] of this.#graphs)
        if (graph !== undefined && !graph.isReady) this.#graphs.set(root, await graph.prepare());
    }
  }

  #hook(): void {
    if (this.#isHooked) return;
    this.#isHooked = true;
    registerHooks({
      resolve: (specifier, context, next) => {
        const result = next(specifier, context);
        const parent = context.parentURL;
        const life = lifeOf(parent) ?? (this.#isBuilding ? String(this.#lives) : undefined);
        if (parent === undefined || life === undefined) return result;
        const { url } = result;
        this.#resolved.set(`${withoutLife(parent)} ${specifier}`, url);
        if (!isOfUser(url)) return result;
        // Whoever has no life asks for the first module of a graph: all others are asked by it.
        const isRoot = lifeOf(parent) === undefined;
        return { ...result, url: `${url}?life=${life}${isRoot ? '&root' : ''}` };
      },
      load: (url, context, next) => {
        if (lifeOf(url) === undefined) return next(url, context);
        const plain = withoutLife(url);
        const source = url.endsWith('&root') ? this.#rootSource(plain) : undefined;
        return {
          format: 'module',
          source: source ?? this.#sourceOf(plain),
          shortCircuit: true,
        };
      },
    });
  }

  /** A module that only hands on what the graph's functions have made. */
  #rootSource(root: string): string | undefined {
    if (!this.#graphs.has(root)) {
      const graph = new Graph(root, {
        sourceOf: (url) => this.#sourceOf(url),
        resolve: (parent, specifier) => this.#resolved.get(`${parent} ${specifier}`),
        isOfUser,
      });
      this.#graphs.set(root, graph);
      return undefined;
    }
    const graph = this.#graphs.get(root);
    if (graph?.isReady !== true) return undefined;
    const namespace = graph.evaluate();
    made = namespace;
    return handingOn(Object.keys(namespace));
  }

  #sourceOf(url: string): string {
    let source = this.#sources.get(url);
    if (source === undefined) {
      const text = readFileSync(fileURLToPath(url), 'utf8');
      source = /\.[cm]?ts$/.test(url) ? withoutTypes(text) : text;
      this.#sources.set(url, source);
    }
    return source;
  }
}

const all = new FreshModules();
let made: Namespace = {};
const handedOn = new Set<() => void>();

/** For the module that stands for a graph: what the graph has made, and how to let go of it. */
export function takeOver(letGo: () => void): Namespace {
  handedOn.add(letGo);
  return made;
}

/** Node keeps that module for ever; it must not keep what it has handed on. */
function handingOn(names: readonly string[]): string {
  const locals = names.map((name, index) => ({ name, local: `$${index}` }));
  return [
    `import { takeOver } from ${JSON.stringify(import.meta.url)};`,
    `let made = takeOver(() => { made = undefined; ${locals.map(({ local }) => `${local} = undefined;`).join(' ')} });`,
    `let ${locals.map(({ name, local }) => `${local} = made[${JSON.stringify(name)}]`).join(', ')};`,
    `export { ${locals.map(({ name, local }) => `${local} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/** What runs TypeScript as it is does not have to be told that this is an experiment. */
function withoutTypes(text: string): string {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(text);
  } finally {
    if (own !== undefined) Object.defineProperty(process, 'emitWarning', own);
  }
}

function isOfUser(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/') && !isOwnCode(url);
}

function lifeOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : /\?life=(\d+)/.exec(url)?.[1];
}

function withoutLife(url: string): string {
  const at = url.indexOf('?life=');
  return at === -1 ? url : url.slice(0, at);
}
