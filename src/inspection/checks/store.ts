import { describeError } from '../../subscription/failure.ts';
import { type CheckupScene, logsThere } from '../checkup-scene.ts';
import { type Found, attention, bad, orGood } from '../finding.ts';

/** Whether the logs can be read, and are there. */
export function storeCheck(scene: CheckupScene): readonly Found[] {
  const { config, logs, unreadable } = scene;
  const found = [...unreadable].map(([context, error]) => {
    const { code, message } = describeError(error);
    const more = code === null ? '' : `, and docs/errors.md of ${code}`;
    return bad(context, message, `Do what it says${more}.`);
  });
  const there = logsThere(scene);
  if (there.length === 0 && found.length === 0) {
    const where = `There is no log in ${config.store.name} yet.`;
    const remedy = 'Start the application; or look whether it is the right place.';
    return [attention(null, where, remedy)];
  }
  for (const { name } of logs.filter((log) => !there.includes(log)))
    found.push(attention(name, 'It has no log yet.', 'It is made when its application starts.'));
  const logsText = there.length === 1 ? 'the log' : `${there.length} logs`;
  return orGood(found, `${logsText} can be read in ${config.store.name}`);
}

/** Whether a log has the format that this version writes. */
export async function migrationsCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const { migrations } = scene.config.store;
  if (migrations === undefined)
    return orGood([], 'logs are brought to the newest format when they are opened');
  const found: Found[] = [];
  for (const { name } of logsThere(scene)) {
    const pending = await migrations.pending(name);
    if (pending.length === 0) continue;
    const steps = pending.map((step) => `${step.number} ${step.name}`).join(', ');
    const remedy = `thereupon migrate --context ${name} (--dry-run shows what it does), or let the next start do it.`;
    found.push(attention(name, `Its log lacks migrations: ${steps}.`, remedy));
  }
  return orGood(found, 'all logs have the newest format');
}
