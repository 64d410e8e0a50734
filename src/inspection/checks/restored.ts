import type { Mark } from '../../log/write-set.ts';
import { contractsFrom, sourcesOf } from '../../runtime/context-map.ts';
import { type CheckupScene, logsThere } from '../checkup-scene.ts';
import { type Found, bad, orGood } from '../finding.ts';
import { type IntakePlace, intakePlaces } from '../intake-places.ts';
import type { OpenLog } from '../open-logs.ts';
import { isRelayed } from '../../backbone/is-relayed.ts';

/** Whether a context has taken in more of another one than that one has: a log that was put back. */
export async function restoredCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const { config, logs } = scene;
  const found: Found[] = [];
  for (const consumer of logsThere(scene)) {
    const marks = await consumer.log.marks();
    for (const source of sourcesOf(consumer.context, config.contexts)) {
      const publisher = logs.find(({ name }) => name === source);
      // Over a broker a place is one in what the broker keeps.
      if (publisher === undefined || isRelayed(config.backbone, source)) continue;
      const problem = await problemWith(scene, { consumer, publisher, marks });
      if (problem !== undefined) found.push(problem);
    }
  }
  return orGood(found, 'nobody has taken in more of a log than it has');
}

async function problemWith(
  { config }: CheckupScene,
  between: {
    readonly consumer: OpenLog;
    readonly publisher: OpenLog;
    readonly marks: readonly Mark[];
  },
): Promise<Found | undefined> {
  const { consumer, publisher, marks } = between;
  const source = publisher.name;
  const contracts = contractsFrom(source, consumer.context, config.contexts).map(
    ({ name }) => name,
  );
  const places = await intakePlaces(config.store, publisher.log, { marks, contracts });
  const recover = `thereupon log recover ${source}; docs/backup.md says what that means.`;
  for (const place of places.values()) {
    const what = whatIsWrong(place, source, consumer.name);
    if (what !== undefined) return bad(source, what, recover);
  }
  const isLost = [...places.values()].some(({ is }) => is === 'not-here');
  if (!isLost) return undefined;
  const what = `Its log is not there, and ${consumer.name} has taken in of it.`;
  return bad(source, what, 'Restore its newest backup: docs/backup.md.');
}

function whatIsWrong(place: IntakePlace, source: string, consumer: string): string | undefined {
  if (place.is === 'ahead')
    return `The log of ${source} ends at ${place.head}, and ${consumer} has taken in ${place.position} of it: it was restored from a backup.`;
  if (place.is === 'other-epoch')
    return `${consumer} has taken in ${place.position} of a log of ${source} that is not this one, nor one before it.`;
  return undefined;
}
