import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { LevelSign } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { behindText } from './behind-text.ts';
import { perSecondText } from './rates.ts';
import type { ContextStanding } from './standing.ts';
import { WaitingLinks } from './waiting-links.tsx';

export type ContextNodeData = {
  readonly isNarrow: boolean;
  readonly name: string;
  readonly isOurs: boolean;
  /** Unknown until something is heard; of a system that is not ours it stays so. */
  readonly standing: ContextStanding | undefined;
  /** So many types were seen that the wiring does not know. */
  readonly undeclared: number;
};

export type ContextNode = Node<ContextNodeData, 'context'>;

export const ContextBox = memo(function ContextBox({ data }: NodeProps<ContextNode>) {
  const { isNarrow, name, isOurs, standing, undeclared } = data;
  return (
    <article
      className={`map-box map-context map-${standing?.level ?? 'good'}${isNarrow ? ' map-small' : ''}`}
      aria-label={isOurs ? `Context ${name}` : `External system ${name}`}
      data-context={name}
      data-level={standing?.level}
      data-is={isOurs ? standing?.is : 'external'}
      data-behind={standing?.behind}
    >
      <Handles />
      <h3>
        {standing !== undefined && <LevelSign level={standing.level} />}
        {isOurs ? <Link href={hrefTo('map', [name])}>{name}</Link> : <span>{name}</span>}
        {!isNarrow && <small>{isOurs ? stateText(standing) : 'not ours'}</small>}
      </h3>
      {standing !== undefined &&
        (isNarrow ? (
          <p>{smallText(standing)}</p>
        ) : (
          <>
            <p className="map-rates">
              {perSecondText(standing.inPerSecond)} in · {perSecondText(standing.outPerSecond)} out
            </p>
            <p className={standing.behind === 0 ? 'quiet' : 'map-behind'}>
              {standing.behind === 0 ? 'nothing behind' : behindText(standing)}
            </p>
          </>
        ))}
      {standing !== undefined && (
        <p className="map-waits">
          <WaitingLinks
            context={name}
            waiting={isNarrow ? { parked: standing.waiting.parked ?? 0 } : standing.waiting}
          />
          {undeclared > 0 && !isNarrow && (
            <Link className="map-undeclared" href={hrefTo('map', [name])}>
              {undeclared} undeclared
            </Link>
          )}
        </p>
      )}
    </article>
  );
});

/** The one thing to know where there is little place. */
function smallText(standing: ContextStanding): string {
  if (standing.behind > 0 && standing.level !== 'good')
    return `${countText(standing.behind)} behind`;
  return standing.is === 'running' ? perSecondText(standing.inPerSecond) : stateText(standing);
}

export function stateText(standing: ContextStanding | undefined): string {
  switch (standing?.is) {
    case 'running':
      return standing.processes === 1 ? 'running' : `${standing.processes} processes`;
    case 'stopped':
      return 'stopped';
    case 'new':
      return 'never run';
    case 'unreadable':
      return 'cannot be read';
    case 'unknown':
    case undefined:
      return '';
  }
}

/** Where edges are fastened; they draw their own way, so that any place will do. */
export function Handles() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}
