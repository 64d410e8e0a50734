import { useId, useState } from 'react';
import type { ParkedGroup, ParkedRecord } from '../../../../src/inspection/parked-groups.ts';
import { useMayAct } from '../../api/about.tsx';
import { Ago } from '../../parts/ago.tsx';
import { Link } from '../../parts/link.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import type { Decision } from './decide-dialog.tsx';
import { Lane } from './lane.tsx';
import { type Target, laneOf, nameOf, pageOf, targetOf } from './target.ts';

/** So many keys are drawn of a group that is closed. */
const LANES_DRAWN = 24;
/** So many records are listed at first, and more each time. */
const LISTED = 100;

export interface Choosing {
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (targets: readonly Target[], isChosen: boolean) => void;
}

/** What was parked with one kind of error: as lanes, and opened as a list. */
export function GroupPanel({
  group,
  isOpenAtFirst,
  chosen,
  onChoose,
  onDecide,
}: Choosing & {
  readonly group: ParkedGroup;
  readonly isOpenAtFirst: boolean;
  readonly onDecide: (decision: Decision) => void;
}) {
  const { context, subscription, error, errorCode, message, parked, heldBehind } = group;
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const mayAct = useMayAct();
  const id = useId();
  const targets = parked.map((record) => targetOf(group, record));
  const first = parked.reduce((a, b) => (b.since < a.since ? b : a));
  return (
    <section
      className="panel group"
      aria-labelledby={id}
      data-context={context}
      data-subscription={subscription}
      data-error={error}
    >
      <header>
        <div className="group-title">
          <h2 id={id}>
            <button
              type="button"
              className="bare"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              <span className="twist" aria-hidden="true" />
              {error}
            </button>
          </h2>
          {errorCode !== null && <code className="quiet">{errorCode}</code>}
        </div>
        {mayAct && (
          <button
            type="button"
            className="small"
            onClick={() => onDecide({ action: 'redrive', targets })}
          >
            {parked.length === 1 ? 'Redrive …' : `Redrive all ${countText(parked.length)} …`}
          </button>
        )}
        <p className="message">{message}</p>
        <p className="about">
          <span>
            <strong>{countText(parked.length)}</strong> parked
          </span>
          <span>
            <strong>{countText(heldBehind)}</strong> held behind
          </span>
          <span>
            since <Ago at={first.since} />
          </span>
          <span>
            {context} ·{' '}
            <Link href={hrefTo('subscriptions', [context, subscription])}>{subscription}</Link>
          </span>
        </p>
      </header>
      {isOpen ? (
        <Records {...{ group, chosen, onChoose }} />
      ) : (
        <Lanes targets={targets} onOpen={() => setOpen(true)} />
      )}
    </section>
  );
}

function Lanes({
  targets,
  onOpen,
}: {
  readonly targets: readonly Target[];
  readonly onOpen: () => void;
}) {
  const lanes = [...Map.groupBy(targets, laneOf).values()];
  return (
    <div className="lanes">
      {lanes.slice(0, LANES_DRAWN).map((inLane) => {
        const [first] = inLane as [Target];
        return (
          <Link key={laneOf(first)} href={pageOf(first)} className="lane-link" title={first.key}>
            <span className="lane-key">{first.key === '' ? '(no key)' : first.key}</span>
            <Lane parked={inLane.length} held={first.heldBehind} />
          </Link>
        );
      })}
      {lanes.length > LANES_DRAWN && (
        <button type="button" className="small" onClick={onOpen}>
          {countText(lanes.length - LANES_DRAWN)} more keys
        </button>
      )}
    </div>
  );
}

function Records({ group, chosen, onChoose }: Choosing & { readonly group: ParkedGroup }) {
  const [count, setCount] = useState(LISTED);
  const mayAct = useMayAct();
  const targets = group.parked.map((record) => targetOf(group, record));
  const chosenHere = targets.filter((target) => chosen.has(nameOf(target))).length;
  return (
    <div className="records">
      <div className="record record-head">
        {mayAct && (
          <input
            type="checkbox"
            aria-label={`Select all ${countText(targets.length)}`}
            checked={chosenHere === targets.length}
            ref={(box) => {
              if (box) box.indeterminate = chosenHere > 0 && chosenHere < targets.length;
            }}
            onChange={() => onChoose(targets, chosenHere < targets.length)}
          />
        )}
        <span>key</span>
        <span>parked, and held behind</span>
        <span className="number">tries</span>
        <span className="number">parked</span>
      </div>
      <ul>
        {group.parked.slice(0, count).map((record, index) => (
          <RecordRow
            key={nameOf(targets[index] as Target)}
            {...{ record, chosen, onChoose }}
            target={targets[index] as Target}
          />
        ))}
      </ul>
      {count < targets.length && (
        <button type="button" className="small" onClick={() => setCount(count + LISTED)}>
          Show {countText(Math.min(LISTED, targets.length - count))} more of{' '}
          {countText(targets.length)}
        </button>
      )}
    </div>
  );
}

function RecordRow({
  record,
  target,
  chosen,
  onChoose,
}: Choosing & { readonly record: ParkedRecord; readonly target: Target }) {
  const mayAct = useMayAct();
  const key = record.key === '' ? '(no key)' : record.key;
  return (
    <li className="record" data-record={record.recordId} data-key={record.key}>
      {mayAct && (
        <input
          type="checkbox"
          aria-label={`Select what is parked for ${key}`}
          checked={chosen.has(nameOf(target))}
          onChange={({ target: box }) => onChoose([target], box.checked)}
        />
      )}
      <Link href={pageOf(target)} className="mono record-key">
        {key}
      </Link>
      <Lane held={record.heldBehind} />
      <span className="number">{record.attempts}</span>
      <span className="number quiet">
        <Ago at={record.since} />
      </span>
    </li>
  );
}
