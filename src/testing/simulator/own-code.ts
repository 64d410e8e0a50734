/** The folder of Thereupon's sources, or of what was built of them. */
const ROOT = new URL('../../', import.meta.url).href;

/**
 * Whether a module is Thereupon's own, and no user's. Tests and their fixtures lie among the
 * sources, and stand for users.
 */
export function isOwnCode(url: string): boolean {
  return url.startsWith(ROOT) && !/\/fixtures\/|\.test\.[jt]s/.test(url);
}

/** Whose call a stack shows: the first frame that is none of the simulator's. */
export function callerIn(stack: string): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const url = /(?:\(|at )(file:\/\/[^)]+|node:[^)]+)\)?$/.exec(line.trim())?.[1];
    if (url !== undefined && !url.includes(HERE)) return url;
  }
  return undefined;
}

const HERE = 'simulator/hidden-sources.';
