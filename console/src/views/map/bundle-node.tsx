import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';
import type { Level } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { countText, rateText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { Handles } from './context-node.tsx';
import { shortName } from './overview-graph.ts';

export type BundleNodeData = {
  readonly isNarrow: boolean;
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
  readonly behind: number;
  readonly level: Level;
};

export type BundleNode = Node<BundleNodeData, 'bundle'>;

/** What is told from one context to another: written on the edge between the two. */
export const BundleBox = memo(function BundleBox({ data }: NodeProps<BundleNode>) {
  const { isNarrow, from, to, contracts, trouble, behind, level } = data;
  const perSecond = contracts.reduce((sum, each) => sum + each.perSecond, 0);
  return (
    <section
      className={`map-bundle map-${level}${isNarrow ? ' map-small' : ''}`}
      aria-label={`From ${from} to ${to}`}
      data-from={from}
      data-to={to}
      data-level={level}
      data-behind={behind}
    >
      <Handles />
      {isNarrow ? (
        <span className="map-pill">{behind > 0 ? countText(behind) : rateText(perSecond)}</span>
      ) : (
        <ul>
          {contracts.map(({ name, about, perSecond: ofOne, isUnseen }) => (
            <li key={name} className={isUnseen ? 'map-unseen' : undefined} data-contract={name}>
              <Link
                href={hrefTo('contracts', [name])}
                title={isUnseen ? `${about}\nDeclared, and not seen.` : about}
              >
                {shortName(name, from)}
              </Link>
              {ofOne > 0 && <span>{rateText(ofOne)}</span>}
            </li>
          ))}
        </ul>
      )}
      {trouble !== '' && !isNarrow && <p>{trouble}</p>}
    </section>
  );
});
