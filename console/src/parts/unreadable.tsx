import type { Lag } from '../../../src/inspection/lag.ts';

/** The contexts whose log cannot be read, and why: of them nothing else is told. */
export function Unreadable({ unreadable }: Pick<Lag, 'unreadable'>) {
  return unreadable.map(({ context, why }) => (
    <p key={context} className="warning bad" role="alert" data-unreadable={context}>
      <strong>{context}</strong> cannot be read: {why}
    </p>
  ));
}
