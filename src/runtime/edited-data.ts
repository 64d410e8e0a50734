import { borderSubscription, messageOf } from '../backbone/border.ts';
import { RELAY } from '../backbone/relay.ts';
import { MASKED } from '../context/personal-data.ts';
import { currentVersionOf, decode, personalFields } from '../context/vocabulary.ts';
import { assertFits } from '../contract/validate.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { payloadText } from '../message/payload.ts';
import { describeError } from '../subscription/failure.ts';
import { type Edited, asEdited, editedOf } from '../subscription/edited.ts';
import { mayBeOfAnyKey } from '../subscription/keys-unknown.ts';
import type { ByWhom } from './by-whom.ts';
import type { EditAsked } from './edit-asked.ts';
import { EditRefusedError } from './edit-refused.ts';
import type { RunningContext } from './running-context.ts';

/**
 * The data that a person has edited, as it is kept with the row. It is held against the schema of a
 * contract, and may not move the record to another key of its subscription: what is held there would
 * not be in order any more. A personal field that was left masked keeps its value.
 *
 * @throws {EditRefusedError} in words.
 */
export async function editedData(
  running: RunningContext,
  row: WaitingRow,
  { data: asked, who, why }: EditAsked & ByWhom,
): Promise<Edited> {
  const { workplace } = running;
  const { vocabulary, charactersMax, host } = workplace;
  if (row.subscription === RELAY)
    throw new EditRefusedError(
      row.recordId,
      'what was published stays as it is. Publish it anew, and discard this one.',
    );
  const record = await recordOf(running, row);
  try {
    const data = withPersonal(asked, () => {
      const personal = personalFields(vocabulary, record) ?? [];
      return { personal, data: decode(vocabulary, asEdited(record, editedOf(row))).data };
    });
    payloadText(record.type, data, charactersMax);
    const contract =
      record.direction === 'domain' ? undefined : vocabulary.contracts.get(record.type);
    if (contract !== undefined) assertFits(contract, data);
    const schemaVersion = currentVersionOf(vocabulary, record);
    const edited = { data, schemaVersion, who, why, at: host.clock.now() };
    assertSameKey(running, row, asEdited(record, edited));
    return edited;
  } catch (error) {
    if (error instanceof EditRefusedError) throw error;
    throw new EditRefusedError(row.recordId, describeError(error).message, error);
  }
}

/** What the row is about; at the border, what its message would be taken in as. */
async function recordOf(running: RunningContext, row: WaitingRow): Promise<StoredRecord> {
  if (row.subscription.startsWith(borderSubscription(''))) {
    const { arrival: _, edited: __, position = 0, ...message } = messageOf(row);
    return { ...message, direction: 'incoming', stream: null, version: null, position };
  }
  const records = await running.log.recordsById([row.recordId]);
  const found = records.find(({ position }) => position === row.position);
  if (found !== undefined) return found;
  throw new EditRefusedError(row.recordId, 'it is not in the log any more. Discard it.');
}

/** Whoever edits what was shown has not seen what is personal. */
function withPersonal(
  data: unknown,
  before: () => { readonly personal: readonly string[]; readonly data: unknown },
): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if (!Object.values(data).includes(MASKED)) return data;
  const { personal, data: shown } = before();
  const entries = Object.entries(data).map(([field, value]) => [
    field,
    value === MASKED && personal.includes(field)
      ? (shown as Readonly<Record<string, unknown>>)[field]
      : value,
  ]);
  return Object.fromEntries(entries);
}

function assertSameKey(running: RunningContext, row: WaitingRow, edited: StoredRecord): void {
  const part = running.subscriptionParts.find(({ name }) => name === row.subscription);
  if (part === undefined) return;
  const keys = part.definition.keysOf(decode(running.workplace.vocabulary, edited), edited);
  // One whose key could not be told is dealt to the key that it has now.
  if (mayBeOfAnyKey(row) || keys.includes(row.key)) return;
  throw new EditRefusedError(
    row.recordId,
    `it would be of key ${JSON.stringify(keys[0] ?? '')}, and waits under ${JSON.stringify(row.key)}. Keep ` +
      'what its key is told from.',
  );
}
