import { type Node, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { LevelSign } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { rateText } from '../../parts/times.tsx';
import { behindText } from './behind-text.ts';
import { Handles } from './context-node.tsx';
import type { Backlog } from './standing.ts';
import { WaitingLinks } from './waiting-links.tsx';

export type PartNodeData = {
  readonly context: string;
  readonly kind: string;
  /** What kind of thing it is, in words. */
  readonly word: string;
  readonly name: string;
  readonly about: string;
  readonly href: string | undefined;
  readonly perSecond: number | undefined;
  /** Of what listens. */
  readonly backlog: Backlog | undefined;
  /** Its name among the subscriptions. */
  readonly subscription: string | undefined;
  readonly isUnseen: boolean;
  readonly isUndeclared: boolean;
};

export type PartNode = Node<PartNodeData, 'part'>;

/** One thing inside of a context, or that it has to do with. */
export const PartBox = memo(function PartBox({ data }: NodeProps<PartNode>) {
  const { context, kind, word, name, about, href, perSecond, backlog, subscription } = data;
  const level = backlog?.level ?? 'good';
  const title = (
    <>
      <span className="map-word">
        {word}
        {perSecond !== undefined && perSecond > 0 && <span>{rateText(perSecond)}</span>}
        {backlog !== undefined && <LevelSign level={backlog.level} />}
      </span>
      <strong>{name}</strong>
    </>
  );
  return (
    <article
      className={`map-box map-part map-${level}${data.isUnseen || data.isUndeclared ? ' map-unseen' : ''}`}
      aria-label={`${word} ${name}`}
      title={about === '' ? name : `${name}\n${about}`}
      data-kind={kind}
      data-name={name}
      data-subscription={subscription}
      data-level={level}
      data-behind={backlog?.behind}
    >
      <Handles />
      {href === undefined ? <div>{title}</div> : <Link href={href}>{title}</Link>}
      {backlog !== undefined && (
        <p className="map-waits">
          {backlog.behind > 0 && (
            <span className={backlog.level === 'good' ? 'quiet' : 'map-behind'}>
              {behindText(backlog)}
            </span>
          )}
          <WaitingLinks
            context={context}
            waiting={backlog.waiting}
            {...(subscription === undefined ? {} : { subscription })}
          />
          {backlog.behind === 0 && Object.keys(backlog.waiting).length === 0 && (
            <span className="quiet">nothing behind</span>
          )}
        </p>
      )}
    </article>
  );
});
