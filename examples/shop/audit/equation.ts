/**
 * One line of the audit: two figures that must be the same, each from a place of its own, and what
 * is wrong where they are not. Figures are whole numbers: pence, units, orders, messages.
 */
export type Equation = {
  readonly name: string;
  readonly left: Side;
  readonly right: Side;
  /** Also false when the figures agree by chance: two faults may cancel each other out. */
  readonly isBalanced: boolean;
  /** The first few things that are wrong, each as a sentence. */
  readonly faults: readonly string[];
};

export type Side = { readonly says: string; readonly value: number; readonly unit: Unit };
export type Unit = 'pence' | 'units' | 'orders' | 'records' | 'messages' | 'keys' | 'rows';

const FAULTS_SHOWN_MAX = 5;

/** Two figures, and the faults that were found on the way to them. */
export function equation(
  name: string,
  left: Side,
  right: Side,
  faults: readonly string[] = [],
): Equation {
  const isBalanced = left.value === right.value && faults.length === 0;
  const shown = faults.slice(0, FAULTS_SHOWN_MAX);
  const hidden = faults.length - shown.length;
  return {
    name,
    left,
    right,
    isBalanced,
    faults: hidden > 0 ? [...shown, `and ${hidden} more`] : shown,
  };
}

export function side(says: string, value: number, unit: Unit): Side {
  return { says, value, unit };
}
