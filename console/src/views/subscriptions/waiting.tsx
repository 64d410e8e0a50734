import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import { Link } from '../../parts/link.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';

/** How many rows wait for a reader, by kind, those that a person should look at first. */
export function Waiting({ reader }: { readonly reader: ReaderLag }) {
  const { context, name, waiting } = reader;
  const { parked = 0, held = 0, retry = 0, effect = 0, timer = 0 } = waiting;
  const told = [
    { count: retry, word: retry === 1 ? 'retry' : 'retries', tone: 'attention' },
    { count: held, word: 'held', tone: '' },
    { count: effect, word: effect === 1 ? 'effect' : 'effects', tone: '' },
  ];
  return (
    <span className="waiting">
      {parked > 0 && (
        <Link className="tag bad" href={hrefTo('parked', [], { context, subscription: name })}>
          {countText(parked)} parked
        </Link>
      )}
      {told.map(
        ({ count, word, tone }) =>
          count > 0 && (
            <span key={word} className={`tag ${tone}`}>
              {countText(count)} {word}
            </span>
          ),
      )}
      {timer > 0 && (
        <Link className="tag" href={hrefTo('processes', ['timers'], { context })}>
          {countText(timer)} {timer === 1 ? 'timer' : 'timers'}
        </Link>
      )}
    </span>
  );
}
