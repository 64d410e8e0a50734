/**
 * A command as somebody runs it who may not write everywhere.
 *
 * Root passes by the permissions of a file, so a test of them proves nothing as root. Another
 * user would not do: it cannot reach a checkout below a directory of root's own. So the command
 * runs as root without the right to pass by (setpriv, of util-linux).
 */
import { spawnSync } from 'node:child_process';

const isRoot = process.getuid?.() === 0;
const setpriv = ['--bounding-set=-dac_override', '--inh-caps=-dac_override'];
const canTakeAway = isRoot && spawnSync('setpriv', [...setpriv, 'true']).status === 0;

/** Why a test of permissions can prove nothing here, or `false` where it can. */
export const permissionsAreNotHeld: string | false =
  isRoot &&
  !canTakeAway &&
  'root passes by permissions, and there is no setpriv to take that right away';

/** The program and its arguments, to be spawned in place of those given. */
export function withoutRootsRights(
  program: string,
  words: readonly string[],
): [program: string, words: string[]] {
  return canTakeAway ? ['setpriv', [...setpriv, program, ...words]] : [program, [...words]];
}
