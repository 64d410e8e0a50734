import { type ModuleFunction, type Namespace, moduleFunction } from './module-function.ts';

/** Where a graph's modules come from. */
export interface GraphSurroundings {
  /** A module's text, without types. */
  sourceOf(url: string): string;
  /** What Node has resolved it to; undefined when it was never asked. */
  resolve(parent: string, specifier: string): string | undefined;
  /** Whether it is evaluated anew, or shared. */
  isOfUser(url: string): boolean;
}

/**
 * A module and all that it imports, compiled once and evaluated as often as is asked. Prepared
 * when Node has loaded it once, so that it is known where everything lies, and what is shared is
 * there.
 */
export class Graph {
  readonly #root: string;
  readonly #surroundings: GraphSurroundings;
  readonly #modules = new Map<string, ModuleFunction>();
  /** Modules in the order in which they are evaluated: what is imported comes first. */
  readonly #order: string[] = [];
  readonly #shared = new Map<string, Namespace>();
  #isReady = false;

  constructor(root: string, surroundings: GraphSurroundings) {
    this.#root = root;
    this.#surroundings = surroundings;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Answers with itself, or with undefined when Node must load it each time. */
  async prepare(): Promise<this | undefined> {
    if (!this.#add(this.#root, [])) return undefined;
    for (const url of this.#shared.keys()) this.#shared.set(url, (await import(url)) as Namespace);
    this.#isReady = true;
    return this;
  }

  /** Runs all modules; answers with what the first one exports. */
  evaluate(): Namespace {
    const made = new Map<string, Namespace>(this.#shared);
    for (const url of this.#order) {
      const { run, imports } = this.#modules.get(url) as ModuleFunction;
      const given = imports.map((specifier) => made.get(this.#resolve(url, specifier)));
      made.set(url, run(given as readonly Namespace[]));
    }
    return made.get(this.#root) as Namespace;
  }

  /** False for what functions cannot do, such as modules that import each other in a circle. */
  #add(url: string, importers: readonly string[]): boolean {
    if (this.#modules.has(url)) return !importers.includes(url);
    const compiled = moduleFunction(url, this.#surroundings.sourceOf(url));
    if (compiled === undefined) return false;
    this.#modules.set(url, compiled);
    for (const specifier of compiled.imports) {
      const found = this.#surroundings.resolve(url, specifier);
      if (found === undefined) return false;
      if (!this.#surroundings.isOfUser(found)) this.#shared.set(found, {});
      else if (!this.#add(found, [...importers, url])) return false;
    }
    this.#order.push(url);
    return true;
  }

  #resolve(parent: string, specifier: string): string {
    return this.#surroundings.resolve(parent, specifier) as string;
  }
}
