import { ConfigurationError, assertConfiguration } from '../../runtime/configuration.ts';
import { startPositions } from '../../runtime/start-position.ts';
import { startingParts } from '../../runtime/starting-parts.ts';
import { type CheckupScene, logsThere } from '../checkup-scene.ts';
import { type Found, bad, good, orGood } from '../finding.ts';

/** The oldest Node that this runs on; package.json says the same. */
export const NODE_OLDEST = [22, 18] as const;

/** What `run` looks through before anything starts. */
export function configurationCheck({ config }: CheckupScene): readonly Found[] {
  const { contexts, store, backbone } = config;
  try {
    assertConfiguration(contexts, { store, ...(backbone === undefined ? {} : { backbone }) });
    return [good(`${contexts.map(({ name }) => name).join(', ')}: nothing is wrong with the map`)];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) =>
      bad(null, problem, 'Mend it where it is defined: run refuses to start before.'),
    );
  }
}

export function nodeCheck({ nodeVersion }: CheckupScene): readonly Found[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const [oldestMajor, oldestMinor] = NODE_OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
    return [good(`Node ${nodeVersion}`)];
  const oldest = NODE_OLDEST.join('.');
  return [bad(null, `Node ${nodeVersion} is too old.`, `Install Node ${oldest} or newer.`)];
}

/** What is new on a log that has a past, and does not say where it begins. */
export async function startingCheck(scene: CheckupScene): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const { name, context, log } of logsThere(scene)) {
    const { problems } = await startPositions(log, startingParts(context));
    for (const problem of problems)
      found.push(bad(name, problem, 'Say so in its options: run refuses to start before.'));
  }
  return orGood(found, 'whatever is new says where it begins');
}
