/**
 * What we need of `@viz-js/viz`, which is Graphviz as WebAssembly: one call, so that nobody's
 * compiler needs its types who does not use it.
 */
export interface Graphviz {
  renderString(graph: GraphvizGraph, options: { readonly format: 'svg' }): string;
}

/** A graph as data: no name in it is ever read as a piece of Graphviz's own language. */
export interface GraphvizGraph {
  readonly directed: boolean;
  readonly graphAttributes: Attributes;
  readonly nodeAttributes: Attributes;
  readonly edgeAttributes: Attributes;
  readonly nodes: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly edges: readonly {
    readonly tail: string;
    readonly head: string;
    readonly attributes: Attributes;
  }[];
}

type Attributes = Readonly<Record<string, string | number>>;

/**
 * Loads Graphviz. It is loaded only now, so that nobody has it who draws nothing; and by a name that
 * the compiler does not follow, as the package is an optional peer.
 *
 * @throws {GraphvizMissingError} when it is not installed.
 */
export async function loadGraphviz(from: string = '@viz-js/viz'): Promise<Graphviz> {
  try {
    const { instance } = (await import(from)) as { instance: () => Promise<Graphviz> };
    return await instance();
  } catch (cause) {
    throw new GraphvizMissingError(cause);
  }
}

/** Graphviz, which lays out and draws pictures, is not installed. */
export class GraphvizMissingError extends Error {
  override readonly name = 'GraphvizMissingError';
  readonly code = 'graphviz-missing';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'A picture is laid out by the package "@viz-js/viz", which could not be loaded. Run npm ' +
        'install --save-dev @viz-js/viz, or take --mermaid, which needs nothing.',
      { cause },
    );
  }
}
