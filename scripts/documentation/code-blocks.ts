/**
 * The code in a Markdown page.
 *
 * A fence marked `ts` must compile, one marked `ts run` must also run; `text output` right after
 * it is what it prints, `text output alike` what it prints when a seed decides it: only its
 * sentences are compared. A first line that is a path in a comment (`// ordering/order.ts`) names
 * the file that the code lies in, so that the blocks of one page can import each other. Code that
 * cannot stand alone is marked `ts part` and only read.
 */
export interface CodeBlock {
  /** The line of the page on which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
  /** Where the code says that it lies, otherwise `block-LINE.ts`. */
  readonly path: string;
  readonly isRun: boolean;
  readonly output: string | undefined;
  /** Whether only the sentences of what it prints are compared, as chance decides the rest. */
  readonly isAlike: boolean;
}

interface Fence {
  readonly info: string;
  readonly line: number;
  readonly body: string;
}

/** The blocks of a page that must compile, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const all = fences(markdown);
  return all.flatMap((fence, index) => {
    if (fence.info !== 'ts' && fence.info !== 'ts run') return [];
    const next = all[index + 1];
    return [
      {
        line: fence.line,
        code: fence.body,
        path: /^\/\/ ([\w./-]+\.ts)\b/.exec(fence.body)?.[1] ?? `block-${fence.line}.ts`,
        isRun: fence.info === 'ts run',
        output: next?.info.startsWith('text output') === true ? next.body : undefined,
        isAlike: next?.info === 'text output alike',
      },
    ];
  });
}

function fences(markdown: string): Fence[] {
  const found: Fence[] = [];
  let open: { info: string; line: number; body: string[] } | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (fence === null) {
      open?.body.push(text);
    } else if (open === undefined) {
      open = { info: (fence[1] ?? '').trim(), line: index + 2, body: [] };
    } else {
      found.push({ ...open, body: `${open.body.join('\n')}\n` });
      open = undefined;
    }
  }
  return found;
}
