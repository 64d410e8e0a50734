import { cutText } from './safe-text.ts';

/** A line of text, and the lines under it. */
export interface TreeLine {
  readonly text: string;
  readonly children: readonly TreeLine[];
}

/** A tree of lines, drawn with the strokes that join them, each cut to a width. */
export function drawnTree(line: TreeLine, width: number): readonly string[] {
  return [
    cutText(line.text, width),
    ...line.children.flatMap((child, index) => {
      const isLast = index === line.children.length - 1;
      return drawnTree(child, width - 3).map(
        (text, row) => (row === 0 ? (isLast ? '└─ ' : '├─ ') : isLast ? '   ' : '│  ') + text,
      );
    }),
  ];
}
