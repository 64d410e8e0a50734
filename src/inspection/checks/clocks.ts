import { type CheckupScene, logsThere } from '../checkup-scene.ts';
import { type Found, attention, bad, good, orGood } from '../finding.ts';
import type { OpenLog } from '../open-logs.ts';

/** Clocks that are set by a server are not so far apart. */
const APART_MS = 2_000;
/** So far apart, timers and leases are not what they say. */
const FAR_APART_MS = 30_000;
/** The newest records of a log. */
const NEWEST = 100;

/** This machine's clock against that of the database. */
export async function clockCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const [first] = scene.logs;
  const clock = first === undefined ? undefined : (await scene.diagnosis(first.name))?.clock;
  if (clock === undefined || clock === null) return [good('the store goes by no clock of its own')];
  const { aheadMs, withinMs } = clock;
  const apartMs = Math.max(0, Math.abs(aheadMs) - withinMs);
  if (apartMs < APART_MS)
    return [good(`the database's clock is ${apartMs} ms from this machine's`)];
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  const what = `The clock of the database is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${where} this machine's.`;
  const remedy = 'Let both set their clocks by a time server (NTP).';
  return [(apartMs > FAR_APART_MS ? bad : attention)(null, what, remedy)];
}

/** Whether somebody has written records whose time is still to come. */
export async function futureCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const now = scene.clock.now();
  const found: Found[] = [];
  for (const open of logsThere(scene)) {
    const aheadMs = (await newestRecordedAt(open)) - now;
    if (aheadMs < APART_MS) continue;
    const what = `It has records of ${Math.round(aheadMs / 1_000)} s from now.`;
    const remedy = 'Set the clock of the machine that has written them, or of this one.';
    found.push(attention(open.name, what, remedy));
  }
  return orGood(found, 'no record is from the future');
}

async function newestRecordedAt({ log }: OpenLog): Promise<number> {
  const head = await log.head();
  const newest = await log.read({ after: Math.max(0, head - NEWEST), limit: NEWEST });
  return Math.max(0, ...newest.map(({ recordedAt }) => recordedAt));
}
