import type { Direction } from '../../../src/log/record.ts';
import './direction-dot.css';

/** Of what direction a record is, as a colour beside the word. */
export function DirectionDot({ direction }: { readonly direction: Direction }) {
  return <span className={`direction-dot is-${direction}`} aria-hidden="true" />;
}
