import type { Decided } from '../inspection/decide-parked.ts';
import type { Parked } from '../runtime/settled.ts';
import { cutText, jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';

/** So many lines of text are printed of one kind; all of them with `--json`. */
const LINES_MAX = 50;

/** A parked record that was selected, and how many are held behind it. */
export type Selected = Parked & { readonly heldBehind: number };

/** What it would be, when nothing is done. */
export function previewOf(
  selected: readonly Selected[],
  { json }: { readonly json?: true },
  width: number,
): string {
  if (json === true) return jsonDocument({ selected: selected.map(shownRow) });
  const held = selected.reduce((sum, { heldBehind }) => sum + heldBehind, 0);
  return lines(
    [`${selected.length} parked, ${held} held behind them; nothing was done (--dry-run)`],
    selected.map((row) => `${placeText(row)} · ${row.heldBehind} held behind · ${errorText(row)}`),
    width,
  );
}

function shownRow({ error, since, ...row }: Selected) {
  const { context, subscription, key, recordId, attempts, heldBehind } = row;
  const why = error?.message ?? null;
  const began = new Date(since).toISOString();
  return { context, subscription, key, recordId, attempts, heldBehind, error: why, since: began };
}

const STATES: Readonly<Record<Decided['state'], string>> = {
  done: 'done',
  'parked-again': 'PARKED AGAIN',
  'not-yet': 'waits for something',
  'under-way': 'still under way',
  refused: 'REFUSED',
  left: 'left for whoever runs it next',
};

/** What came of it: how many of each, and which ones are not done. */
export function resultText(
  action: 'redrive' | 'discard',
  result: {
    readonly selected: number;
    readonly decided: readonly Decided[];
    readonly width: number;
  },
): string {
  const { selected, decided, width } = result;
  const counts = Map.groupBy(decided, ({ state }) => state);
  const told = [...counts].map(([state, of]) => `${of.length} ${STATES[state]}`);
  const rest = selected - decided.length;
  const notTried = rest === 0 ? [] : [`${rest} not tried`];
  const what = action === 'redrive' ? 'Redrive' : 'Discard';
  return lines(
    [`${what} of ${selected}: ${[...told, ...notTried].join(', ') || 'nothing was done'}`],
    decided
      .filter(({ state }) => state !== 'done')
      .map((one) => `${placeText(one)} · ${STATES[one.state]}${whyText(one)}`),
    width,
    adviceOn(decided),
  );
}

function adviceOn(decided: readonly Decided[]): readonly string[] {
  const states = new Set(decided.map(({ state }) => state));
  return [
    ...(states.has('left')
      ? ['Nobody who runs the context has answered: it will be done when somebody does.']
      : []),
    ...(states.has('under-way') ? ['Look how they went with: thereupon parked list'] : []),
  ];
}

function lines(
  head: readonly string[],
  items: readonly string[],
  width: number,
  tail: readonly string[] = [],
): string {
  const more = items.length - LINES_MAX;
  return [
    ...head,
    ...items.slice(0, LINES_MAX).map((item) => `  ${cutText(item, width - 2)}`),
    ...(more > 0 ? [`  and ${more} more: see them all with --json`] : []),
    ...tail,
  ].join('\n');
}

function placeText(row: Pick<Decided, 'context' | 'subscription' | 'key' | 'recordId'>): string {
  const { context, subscription, key, recordId } = row;
  return `${nameText(context)} · ${jsonText(subscription)} · key ${jsonText(key)} · record ${nameText(recordId)}`;
}

function errorText({ error }: Selected): string {
  return oneLine(error?.message ?? 'unknown');
}

function whyText({ why }: Decided): string {
  return why === null ? '' : `: ${oneLine(why)}`;
}

function oneLine(text: string): string {
  return messageText(text).replaceAll('\n', ' ');
}
