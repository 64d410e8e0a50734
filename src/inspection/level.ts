/** How something stands: as it should, in need of somebody's attention, or not as it may stay. */
export type Level = 'good' | 'attention' | 'bad';

const FROM_GOOD: readonly Level[] = ['good', 'attention', 'bad'];

/** The worst of some; good where there are none. */
export function worstOf(levels: readonly Level[]): Level {
  return FROM_GOOD.findLast((level) => levels.includes(level)) ?? 'good';
}

/** For sorting: the worst first. */
export function worstFirst(a: Level, b: Level): number {
  return FROM_GOOD.indexOf(b) - FROM_GOOD.indexOf(a);
}
