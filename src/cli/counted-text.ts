/** A count and what is counted: `1 context`, `1,204 contexts`. */
export function countedText(count: number, one: string, several = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : several}`;
}

/** A count, its thousands apart. */
export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}
