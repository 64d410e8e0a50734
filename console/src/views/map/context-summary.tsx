import { LevelSign } from '../../parts/level.tsx';
import { behindText } from './behind-text.ts';
import { stateText } from './context-node.tsx';
import type { ContextStanding } from './standing.ts';
import { WaitingLinks } from './waiting-links.tsx';

/** How a context stands, beside its name. */
export function ContextSummary({
  context,
  standing,
}: {
  readonly context: string;
  readonly standing: ContextStanding;
}) {
  return (
    <p className="map-summary" data-context={context} data-is={standing.is}>
      <span>
        <LevelSign level={standing.level} /> {stateText(standing)}
      </span>
      {standing.behind > 0 && <span>{behindText(standing)}</span>}
      <WaitingLinks context={context} waiting={standing.waiting} />
    </p>
  );
}
