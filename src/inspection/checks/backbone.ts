import type { CheckupScene } from '../checkup-scene.ts';
import { describeError } from '../../subscription/failure.ts';
import { type Found, bad, good } from '../finding.ts';

/** Whoever does not answer for so long cannot be reached. */
const ANSWER_MS = 10_000;

/** Whether the servers between the contexts can be reached. */
export async function backboneCheck({ config, clock }: CheckupScene): Promise<readonly Found[]> {
  const { backbone } = config;
  if (backbone?.probe === undefined)
    return [good('contexts read the logs themselves: nothing between them has to be reached')];
  const over = new AbortController();
  const silence = clock.sleep(ANSWER_MS, over.signal).then(() => `It does not answer.`);
  const answer = backbone.probe().then(
    () => undefined,
    (error: unknown) => describeError(error).message,
  );
  const problem = await Promise.race([answer, silence]);
  over.abort();
  if (problem === undefined) return [good(`${backbone.name} can be reached`)];
  return [
    bad(null, problem, 'Start it, or mend its address. Until then messages wait in the outbox.'),
  ];
}
