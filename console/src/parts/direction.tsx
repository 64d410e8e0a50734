import type { Direction } from '../../../src/log/record.ts';
import './direction.css';

const SIGNS: Readonly<Record<Direction, string>> = {
  domain: 'M8 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7',
  outgoing: 'M4 12L12 4M6 4h6v6',
  incoming: 'M12 4L4 12M4 6v6h6',
  timer: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.6',
};

/** What a record of each direction is, in few words. */
export const DIRECTION_WORDS: Readonly<Record<Direction, string>> = {
  domain: 'domain event',
  outgoing: 'published',
  incoming: 'taken in',
  timer: 'timer that came due',
};

/** Whether a record is an event of its own, was published, was taken in, or is a timer. */
export function DirectionSign({ direction }: { readonly direction: Direction }) {
  return (
    <svg
      className={`direction direction-${direction}`}
      viewBox="0 0 16 16"
      role="img"
      aria-label={DIRECTION_WORDS[direction]}
    >
      <title>{DIRECTION_WORDS[direction]}</title>
      <path d={SIGNS[direction]} />
    </svg>
  );
}
