import type { Holder } from '../../../../src/log/holder.ts';
import type { ContextLag } from '../../../../src/inspection/lag.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import type { Level } from '../../../../src/inspection/level.ts';
import { Link } from '../../parts/link.tsx';
import { LevelSign } from '../../parts/level.tsx';
import { countText, spanText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { runnersText } from './reader-words.ts';

const LEVELS: readonly Level[] = ['bad', 'attention', 'good'];

/** Each context: who runs it, how long its log is, and how its subscriptions stand; above all, what holds one. */
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
    <>
      {contexts.map(
        ({ context, heldBy }) => heldBy !== null && <Held key={context} {...{ context, heldBy }} />,
      )}
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
    </>
  );
}

/** What is recorded behind a transaction that does not end is read by nobody. */
function Held({
  context,
  heldBy: { heldMs, heldAt, pid, prepared, application, state },
}: {
  readonly context: string;
  readonly heldBy: Holder;
}) {
  const who = pid === null ? `the prepared transaction ${prepared}` : `pid ${pid}`;
  const more = [who, application, state].filter((part) => part !== null && part !== '');
  return (
    <p className="warning held-by" data-held={context}>
      <strong>{context}</strong> is held at {countText(heldAt)} for {spanText(heldMs)}: nobody reads
      further until the transaction of {more.join(', ')} ends.
    </p>
  );
}

function Tile({
  of: { context, isThere, head, running },
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
    </li>
  );
}
