import type { Fact, Recorded, Recording } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';

/** A fact, with as much of what the log adds to it as the subject looks at. */
export type GivenFact<Event extends Fact> = Event extends Fact ? Event & Partial<Recording> : never;

/** What time it is in a test that says nothing of it. */
export const GIVEN_NOW = '2026-01-01T00:00:00.000Z';

/** What the log would add, the same for each run; what the fact itself says stands. */
export function recordedFact(
  fact: Fact & Partial<Recording>,
  place: { readonly position: number; readonly now?: string },
): Recorded<Fact> {
  const { position, now = GIVEN_NOW } = place;
  const id = `00000000-0000-7000-8000-${position.toString(16).padStart(12, '0')}`;
  return deepFreeze({
    id,
    stream: '',
    version: 0,
    position,
    schemaVersion: 1,
    source: '',
    occurredAt: now,
    recordedAt: now,
    correlationId: id,
    causationId: id,
    metadata: {},
    ...fact,
  });
}
