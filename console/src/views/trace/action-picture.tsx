import { useMemo, useState } from 'react';
import type { ActionTrace } from '../../../../src/inspection/action-trace.ts';
import { usePulse } from '../../api/pulse.tsx';
import { ContextMark } from '../../parts/context-mark.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { LevelSign } from '../../parts/level.tsx';
import { RecordDetails } from '../../parts/record-details.tsx';
import { When, spanText } from '../../parts/times.tsx';
import { actionLevel, actionText, firstOf, isUnderWay } from './action-state.ts';
import type { ScaleKind } from './time-scale.ts';
import { type TraceRow, traceRows } from './trace-rows.ts';
import { NotReachedDetails, WaitDetails } from './wait-details.tsx';
import { Waterfall } from './waterfall.tsx';

/** One action: what is known of it, its waterfall, and beside it the record that is looked at. */
export function ActionPicture({
  action,
  record,
}: {
  readonly action: ActionTrace;
  /** The record that was asked for: it is opened. */
  readonly record: string | undefined;
}) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [kind, setKind] = useState<ScaleKind>('scale');
  const rows = useMemo(() => traceRows(action, closed), [action, closed]);
  const [active, setActive] = useState(() => rows.find((row) => isOf(row, record))?.id);
  const [isOpen, setIsOpen] = useState(active !== undefined);
  const { pulse } = usePulse();
  const now = pulse === undefined ? Date.now() : Date.parse(pulse.at);
  const shown = isOpen ? rows.find(({ id }) => id === active) : undefined;
  const close = (): void => setIsOpen(false);
  return (
    <>
      <Facts action={action} />
      <div className="action-picture" data-beside={shown !== undefined}>
        <div className="picture">
          <ScaleChoice kind={kind} onChange={setKind} />
          <Waterfall
            rows={rows}
            kind={kind}
            now={isUnderWay(action) ? now : 0}
            active={active}
            isOpen={shown !== undefined}
            onActivate={setActive}
            onOpen={() => setIsOpen(true)}
            onClose={close}
            onFold={(id, opens) => setClosed(folded(closed, id, opens))}
          />
        </div>
        {shown !== undefined && shown.kind !== 'cause' && (
          <aside className="beside">
            {shown.kind === 'record' && <RecordDetails record={shown.record} onClose={close} />}
            {shown.kind === 'wait' && <WaitDetails wait={shown.wait} onClose={close} />}
            {shown.kind === 'not-reached' && (
              <NotReachedDetails reader={shown.reader} record={shown.record} onClose={close} />
            )}
          </aside>
        )}
      </div>
    </>
  );
}

function isOf(row: TraceRow, record: string | undefined): boolean {
  return row.kind === 'record' && row.record.id === record;
}

function folded(closed: ReadonlySet<string>, id: string, opens: boolean): ReadonlySet<string> {
  const next = new Set(closed);
  if (opens) next.delete(id);
  else next.add(id);
  return next;
}

function Facts({ action }: { readonly action: ActionTrace }) {
  const { contexts, recordCount, tookMs, causes, correlationId, isCut } = action;
  const first = firstOf(action);
  const begunBy = causes[0]?.causationId;
  return (
    <header className="action-facts" data-action={correlationId}>
      <div>
        <h2>
          {first?.type ?? 'Action'} <span className="quiet">{first?.stream ?? first?.key}</span>
        </h2>
        <p className="action-state">
          <LevelSign level={actionLevel(action)} /> {actionText(action)}
        </p>
      </div>
      <p className="quiet">
        {recordCount} {recordCount === 1 ? 'record' : 'records'} in {spanText(tookMs)}
        {first && (
          <>
            , from <When at={first.recordedAt} />
          </>
        )}
        {begunBy !== undefined && <>, begun by {begunBy}</>}
        <CopyButton text={correlationId} of="the correlation id" />
      </p>
      <p className="legend">
        {contexts.map((context) => (
          <ContextMark key={context} name={context} />
        ))}
      </p>
      {isCut && <p role="note">It has more records than are read: a part of it is missing here.</p>}
    </header>
  );
}

const KINDS: readonly (readonly [ScaleKind, string, string])[] = [
  ['scale', 'to scale', 'Time by its length; long times in which nothing happens are drawn short'],
  ['order', 'in order', 'Each moment one step after the one before'],
];

function ScaleChoice({
  kind,
  onChange,
}: {
  readonly kind: ScaleKind;
  readonly onChange: (kind: ScaleKind) => void;
}) {
  return (
    <div className="choice" role="group" aria-label="How time is drawn">
      {KINDS.map(([each, words, about]) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === kind}
          title={about}
          onClick={() => onChange(each)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}
