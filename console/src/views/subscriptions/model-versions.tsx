import { useState } from 'react';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import { useMayAct } from '../../api/about.tsx';
import { act } from '../../api/ask.ts';
import { usePulse } from '../../api/pulse.tsx';
import { useQuestion } from '../../api/use-question.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { LevelSign } from '../../parts/level.tsx';
import { OpenRequests } from '../../parts/open-requests.tsx';
import { When, countText } from '../../parts/times.tsx';
import { modelOf, runnersText } from './reader-words.ts';

type Asked = { readonly kind: 'rebuild' | 'drop-model'; readonly model: string };

/** The versions of a read model that are in the log: which is read, which is built, which is left over. */
export function ModelVersions({ reader }: { readonly reader: ReaderLag }) {
  const { pulse } = usePulse();
  const [asked, setAsked] = useState<Asked>();
  const { context } = reader;
  const model = modelOf(reader.name);
  const { answer } = useQuestion('models', { context }, { everyMs: 10_000 });
  const dropsAt = (name: string): string | null =>
    answer?.versions.find((each) => each.model === name)?.dropsAt ?? null;
  const versions = (pulse?.lag.readers ?? [])
    .filter((each) => each.context === context && modelOf(each.name) === model)
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <>
      <OpenRequests context={context} />
      <section className="panel" aria-labelledby="versions">
        <header>
          <h2 id="versions">Versions</h2>
          <p className="quiet">
            Each version of the code reads its own. A new one is built beside the old; what no code
            knows any more is dropped by itself after a time.
          </p>
        </header>
        <ul className="panel-rows">
          {versions.map((each) => (
            <Version
              key={each.name}
              reader={each}
              all={versions}
              dropsAt={dropsAt(each.name)}
              onAsk={setAsked}
            />
          ))}
        </ul>
      </section>
      {asked?.kind === 'rebuild' && (
        <ActDialog
          title={`Rebuild ${asked.model}`}
          verb="Rebuild"
          onAct={(why) => act('rebuild', { context, model: asked.model, why })}
          onClose={() => setAsked(undefined)}
        >
          <ul className="points">
            <li>It is built anew from the first event on, beside the one that is read.</li>
            <li>
              Until it has caught up, all go on reading the one that is there; then it takes its
              place in one commit.
            </li>
            <li>It can be given up at any time: the one that is there stays.</li>
          </ul>
        </ActDialog>
      )}
      {asked?.kind === 'drop-model' && (
        <ActDialog
          title={`Drop ${asked.model}`}
          verb="Drop"
          isDangerous
          onAct={(why) => act('drop-model', { context, model: asked.model, why })}
          onClose={() => setAsked(undefined)}
        >
          <p className="warning bad">
            Its documents are removed. A release that knows this version would build it anew from
            the first event on.
          </p>
        </ActDialog>
      )}
    </>
  );
}

function Version({
  reader,
  all,
  dropsAt,
  onAsk,
}: {
  readonly reader: ReaderLag;
  readonly all: readonly ReaderLag[];
  readonly dropsAt: string | null;
  readonly onAsk: (asked: Asked) => void;
}) {
  const mayAct = useMayAct();
  const { pulse } = usePulse();
  const { context, name, kind, level, position } = reader;
  const of = pulse?.lag.contexts.find((each) => each.context === context);
  if (kind === 'rebuild') return <Building {...{ reader, all }} head={of?.head ?? 0} />;
  const isRead = kind === 'read-model';
  return (
    <li data-model={name}>
      <div>
        <LevelSign level={level} /> <strong>{name}</strong>{' '}
        <span className={isRead ? 'tag' : 'tag attention'}>
          {isRead ? 'read by this code' : 'not in this code'}
        </span>
        <p className="quiet">
          {position === null
            ? 'not begun'
            : `at ${countText(position)} of ${countText(of?.head ?? 0)}`}
          {isRead && of && ` · ${runnersText(of.running)}`}
          {dropsAt !== null && (
            <>
              {' '}
              · dropped by itself on <When at={dropsAt} />
            </>
          )}
        </p>
      </div>
      {mayAct &&
        (isRead ? (
          <button
            type="button"
            className="small"
            onClick={() => onAsk({ kind: 'rebuild', model: name })}
          >
            Rebuild …
          </button>
        ) : (
          <button
            type="button"
            className="small danger"
            onClick={() => onAsk({ kind: 'drop-model', model: name })}
          >
            Drop …
          </button>
        ))}
    </li>
  );
}

/** It takes the place of the one that is read when it has come as far as that. */
function Building({
  reader: { name, position },
  all,
  head,
}: {
  readonly reader: ReaderLag;
  readonly all: readonly ReaderLag[];
  readonly head: number;
}) {
  const read = all.find((each) => name.startsWith(`${each.name} `));
  const of = read?.position ?? head;
  const done = Math.min(position ?? 0, of);
  return (
    <li data-model={name}>
      <div className="building">
        <strong>{name}</strong>
        <p className="quiet">
          at {countText(done)} of {countText(of)}
        </p>
        <div
          className="building-bar"
          role="progressbar"
          aria-label={`How far ${name} is`}
          aria-valuemin={0}
          aria-valuenow={done}
          aria-valuemax={of}
        >
          <i style={{ width: `${of === 0 ? 100 : (done / of) * 100}%` }} />
        </div>
      </div>
    </li>
  );
}
