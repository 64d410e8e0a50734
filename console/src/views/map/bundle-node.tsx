import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';
import type { Level } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { rateText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { Handles } from './context-node.tsx';
import { shortName } from './overview-graph.ts';

export type BundleNodeData = {
  readonly from: string;
  readonly to: string;
  readonly contracts: readonly {
    readonly name: string;
    readonly about: string;
    readonly perSecond: number;
    readonly isUnseen: boolean;
  }[];
  /** What waits here, in words; empty where nothing does. */
  readonly trouble: string;
  readonly level: Level;
};

export type BundleNode = Node<BundleNodeData, 'bundle'>;

/** What is told from one context to another: written on the edge between the two. */
export const BundleBox = memo(function BundleBox({ data }: NodeProps<BundleNode>) {
  const { from, to, contracts, trouble, level } = data;
  return (
    <section
      className={`map-bundle map-${level}`}
      aria-label={`From ${from} to ${to}`}
      data-from={from}
      data-to={to}
      data-level={level}
    >
      <Handles />
      <ul>
        {contracts.map(({ name, about, perSecond, isUnseen }) => (
          <li key={name} className={isUnseen ? 'map-unseen' : undefined} data-contract={name}>
            <Link
              href={hrefTo('contracts', [name])}
              title={isUnseen ? `${about}\nDeclared, and never seen.` : about}
            >
              {shortName(name, from)}
            </Link>
            {perSecond > 0 && <span>{rateText(perSecond)}</span>}
          </li>
        ))}
      </ul>
      {trouble !== '' && <p>{trouble}</p>}
    </section>
  );
});
