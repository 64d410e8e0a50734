import { useState } from 'react';
import type { ManagerFound } from '../../../../src/inspection/found-processes.ts';
import { useQuestion } from '../../api/use-question.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRoute } from '../../route.ts';
import { ManagerPanel } from './manager-panel.tsx';

const EVERY_MS = 3_000;

/** The process managers, and how many of each go on. */
export function Managers() {
  const { context } = useRoute().query;
  const [wanted, setWanted] = useState('');
  const of = context === undefined ? {} : { context };
  const { answer, error, reload } = useQuestion('processes', of, { everyMs: EVERY_MS });
  // There may be more than are told of: the one that is looked for is asked for by itself.
  const isCut = answer?.managers.some((manager) => manager.isCut) === true;
  const exact = useQuestion(
    'processes',
    isCut && wanted !== '' ? { ...of, key: wanted } : undefined,
  );
  if (error !== undefined && answer === undefined)
    return <Problem error={error} onAgain={reload} />;
  if (answer === undefined) return <p className="loading">Looking what goes on …</p>;
  if (answer.managers.length === 0) return <NoManagers />;
  return (
    <>
      {error && <Problem error={error} onAgain={reload} />}
      <label className="key-search">
        Find a key
        <input
          type="search"
          name="key"
          value={wanted}
          placeholder="o-1042"
          spellCheck={false}
          onChange={({ target }) => setWanted(target.value.trim())}
        />
      </label>
      {answer.managers.map((manager) => (
        <ManagerPanel
          key={`${manager.context} ${manager.process}`}
          manager={withExact(manager, exact.answer?.managers ?? [])}
          wanted={wanted}
        />
      ))}
    </>
  );
}

function withExact(manager: ManagerFound, exact: readonly ManagerFound[]): ManagerFound {
  const same = exact.find(
    ({ context, process }) => context === manager.context && process === manager.process,
  );
  const keys = new Set(manager.instances.map(({ key }) => key));
  const more = (same?.instances ?? []).filter(({ key }) => !keys.has(key));
  return { ...manager, instances: [...manager.instances, ...more] };
}

function NoManagers() {
  return (
    <Empty title="There are no process managers here">
      <p>
        A process manager follows one thing over many events: an order until it is paid, say, with a
        timer for when it is not. Each that goes on would be here, with its state, its timers and
        what began it. One is written with <code>processManager</code>, and listed in its context
        under <code>processes</code>.
      </p>
    </Empty>
  );
}
