import type { ContextLag } from '../../../../src/inspection/lag.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import type { Level } from '../../../../src/inspection/level.ts';
import { Link } from '../../parts/link.tsx';
import { LevelSign } from '../../parts/level.tsx';
import { countText, spanText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { runnersText } from './reader-words.ts';

const LEVELS: readonly Level[] = ['bad', 'attention', 'good'];

/** Each context: who runs it, how long its log is, what holds it, and how its subscriptions stand. */
export function ContextTiles({
  contexts,
  readers,
  chosen,
}: {
  readonly contexts: readonly ContextLag[];
  readonly readers: readonly ReaderLag[];
  readonly chosen: string | undefined;
}) {
  return (
    <ul className="tiles" aria-label="Contexts">
      {contexts.map((each) => (
        <Tile
          key={each.context}
          of={each}
          readers={readers.filter(({ context }) => context === each.context)}
          isChosen={each.context === chosen}
        />
      ))}
    </ul>
  );
}

function Tile({
  of: { context, isThere, head, heldBy, running },
  readers,
  isChosen,
}: {
  readonly of: ContextLag;
  readonly readers: readonly ReaderLag[];
  readonly isChosen: boolean;
}) {
  const isIdle = running.processes?.length === 0;
  return (
    <li className="tile" data-context={context}>
      <Link
        href={hrefTo('subscriptions', [], { context: isChosen ? undefined : context })}
        aria-current={isChosen ? 'true' : undefined}
      >
        <strong>{context}</strong>
        <span className="tile-head">{isThere ? countText(head) : 'no log yet'}</span>
      </Link>
      <p className={isIdle ? 'is-idle' : 'quiet'}>{runnersText(running)}</p>
      <p className="tile-levels">
        {LEVELS.map((level) => {
          const count = readers.filter((reader) => reader.level === level).length;
          return (
            count > 0 && (
              <span key={level}>
                <LevelSign level={level} /> {count}
              </span>
            )
          );
        })}
      </p>
      {heldBy !== null && (
        <p className="tag attention held-by" data-held>
          held for {spanText(heldBy.heldMs)} at {countText(heldBy.heldAt)} by{' '}
          {heldBy.pid === null ? `prepared ${heldBy.prepared}` : `pid ${heldBy.pid}`}
          {heldBy.application !== null && heldBy.application !== '' && `, ${heldBy.application}`}
          {heldBy.state !== null && `, ${heldBy.state}`}: nobody reads further until its transaction
          ends
        </p>
      )}
    </li>
  );
}
