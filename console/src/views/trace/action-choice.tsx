import { useEffect, useRef } from 'react';
import type { ActionTrace } from '../../../../src/inspection/action-trace.ts';
import { LevelSign } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { When } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { actionLevel, firstOf } from './action-state.ts';

/** The actions that an id stands for, when they are several: one of them is drawn. */
export function ActionChoice({
  id,
  actions,
  more,
  chosen,
}: {
  readonly id: string;
  readonly actions: readonly ActionTrace[];
  readonly more: number;
  readonly chosen: ActionTrace;
}) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'nearest' });
  }, [chosen.correlationId]);
  return (
    <nav ref={nav} className="action-choice" aria-label={`Actions of ${id}`}>
      {actions.toReversed().map((action) => {
        const first = firstOf(action);
        return (
          <Link
            key={action.correlationId}
            href={hrefTo('trace', [id], { action: action.correlationId })}
            aria-current={action === chosen ? 'true' : undefined}
          >
            <span>
              <LevelSign level={actionLevel(action)} />{' '}
              <strong>{first?.type ?? action.causes[0]?.causationId}</strong>
            </span>
            <span className="quiet">{first && <When at={first.recordedAt} />}</span>
          </Link>
        );
      })}
      {more > 0 && <span className="quiet">and {more} earlier</span>}
    </nav>
  );
}
