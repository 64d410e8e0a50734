import { useEffect, useMemo, useState } from 'react';
import { useMayAct } from '../../api/about.tsx';
import { usePulse } from '../../api/pulse.tsx';
import { useQuestion } from '../../api/use-question.ts';
import { Ago } from '../../parts/ago.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { MayNotAct } from '../../parts/may-not-act.tsx';
import { Problem } from '../../parts/problem.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { DecideDialog, type Decision } from './decide-dialog.tsx';
import { GroupPanel } from './group-panel.tsx';
import { type Target, heldBehindAll, laneOf, nameOf, targetOf } from './target.ts';

/** It is asked again when the pulse tells of more or fewer, and every so often for what they hold. */
const EVERY_MS = 10_000;

export function ParkedList() {
  const { query } = useRoute();
  const { context, subscription } = query;
  const { answer, error, reload } = useQuestion(
    'parked',
    context === undefined ? {} : { context },
    { everyMs: EVERY_MS },
  );
  useReloadOnChange(reload);
  const mayAct = useMayAct();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [decision, setDecision] = useState<Decision>();
  const groups = useMemo(
    () =>
      (answer?.groups ?? [])
        .filter((group) => subscription === undefined || group.subscription === subscription)
        .toSorted((a, b) => b.parked.length - a.parked.length),
    [answer, subscription],
  );
  const all = groups.flatMap((group) => group.parked.map((record) => targetOf(group, record)));
  const selection = all.filter((target) => chosen.has(nameOf(target)));
  if (error !== undefined && answer === undefined)
    return <Problem error={error} onAgain={reload} />;
  if (answer === undefined) return <p className="loading">Looking for what is parked …</p>;
  const choose = (targets: readonly Target[], isChosen: boolean): void =>
    setChosen((before) => {
      const names = new Set(targets.map(nameOf));
      const others = [...before].filter((name) => !names.has(name));
      return new Set(isChosen ? [...others, ...names] : others);
    });
  return (
    <>
      {error && <Problem error={error} onAgain={reload} />}
      {subscription !== undefined && (
        <p className="narrowed">
          Only what is parked in <strong>{subscription}</strong>.{' '}
          <Link href={hrefTo('parked', [], { context })}>See all</Link>
        </p>
      )}
      {groups.length === 0 ? <NothingParked /> : <Figures targets={all} since={oldestOf(groups)} />}
      {groups.length > 0 && !mayAct && <MayNotAct what="To redrive or to discard" />}
      {answer.isCut && (
        <p className="note">There is more than is shown: choose a context to see fewer of them.</p>
      )}
      {groups.map((group) => (
        <GroupPanel
          key={JSON.stringify([group.context, group.subscription, group.error, group.errorCode])}
          group={group}
          isOpenAtFirst={groups.length === 1}
          chosen={chosen}
          onChoose={choose}
          onDecide={setDecision}
        />
      ))}
      {mayAct && selection.length > 0 && (
        <div className="selection" role="region" aria-label="What is selected">
          <span>
            <strong>{countText(selection.length)}</strong> selected
          </span>
          <button
            type="button"
            className="main"
            onClick={() => setDecision({ action: 'redrive', targets: selection })}
          >
            Redrive …
          </button>
          <button
            type="button"
            className="danger"
            onClick={() => setDecision({ action: 'discard', targets: selection })}
          >
            Discard …
          </button>
          <button type="button" onClick={() => setChosen(new Set())}>
            Clear
          </button>
        </div>
      )}
      {decision && (
        <DecideDialog
          decision={decision}
          onClose={() => {
            setDecision(undefined);
            reload();
          }}
        />
      )}
    </>
  );
}

/** Asks again when there are more or fewer than before. */
function useReloadOnChange(reload: () => void): void {
  const { pulse } = usePulse();
  const count = pulse?.lag.readers.reduce((sum, { waiting }) => sum + (waiting.parked ?? 0), 0);
  const [before, setBefore] = useState(count);
  useEffect(() => {
    if (before !== undefined && count !== before) reload();
    setBefore(count);
  }, [count, before, reload]);
}

function oldestOf(groups: readonly { parked: readonly { since: string }[] }[]): string {
  const times = groups.flatMap(({ parked }) => parked.map(({ since }) => since));
  return times.reduce((oldest, since) => (since < oldest ? since : oldest));
}

function Figures({
  targets,
  since,
}: {
  readonly targets: readonly Target[];
  readonly since: string;
}) {
  return (
    <dl className="figures">
      <div>
        <dt>parked</dt>
        <dd>{countText(targets.length)}</dd>
      </div>
      <div>
        <dt>keys that wait</dt>
        <dd>{countText(new Set(targets.map(laneOf)).size)}</dd>
      </div>
      <div>
        <dt>held behind them</dt>
        <dd>{countText(heldBehindAll(targets))}</dd>
      </div>
      <div>
        <dt>the oldest</dt>
        <dd>
          <Ago at={since} />
        </dd>
      </div>
    </dl>
  );
}

function NothingParked() {
  return (
    <Empty title="Nothing is parked, and that is well">
      <p>
        A record that fails is tried again by itself, later and later. When its tries are used up,
        or trying again cannot help, it is parked: it waits here for a person, and holds back only
        what comes later for the same key. All else goes on.
      </p>
      <div className="lane-legend" aria-hidden="true">
        <span className="lane">
          <i className="is-parked" /> parked
        </span>
        <span className="lane">
          <i className="is-held" />
          <i className="is-held" /> held behind it
        </span>
      </div>
    </Empty>
  );
}
