import { cutText } from '../telemetry/safe-text.ts';

/**
 * Names with commas between, behind a beginning: over several lines where one is too short for
 * them, so that none is cut off as long as its line has room for it.
 */
export function joinedLines(
  begin: string,
  names: readonly string[],
  width: number,
): readonly string[] {
  const lines: string[] = [];
  let line = begin;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const next = `${name}${isLast ? '' : ','}`;
    const isBegun = line.length > begin.length;
    if (isBegun && line.length + 1 + next.length > width) {
      lines.push(line);
      line = ' '.repeat(begin.length) + next;
    } else line += `${isBegun ? ' ' : ''}${next}`;
  }
  return [...lines, line].map((each) => cutText(each, width));
}
