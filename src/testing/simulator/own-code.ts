/** The folder of Thereupon's sources, or of what was built of them. */
const ROOT = new URL('../../', import.meta.url).href;

/**
 * Whether a module is Thereupon's own, and no user's. Tests and their fixtures lie among the
 * sources, and stand for users.
 */
export function isOwnCode(url: string): boolean {
  return url.startsWith(ROOT) && !/\/fixtures\/|\.test\.[jt]s/.test(url);
}

/** Whose call a stack shows: the first module that is neither Node's nor a watcher's. */
export function callerIn(stack: string): string | undefined {
  return framesIn(stack)[0]?.url;
}

/** The lines of a stack that show modules, without those of the watchers themselves. */
export function framesIn(
  stack: string,
): readonly { readonly url: string; readonly line: string }[] {
  return stack.split('\n').flatMap((line) => {
    const url = /(?:\(|at )(file:\/\/[^)]+?)\)?$/.exec(line.trim())?.[1];
    return url === undefined || WATCHERS.test(url) ? [] : [{ url, line }];
  });
}

const WATCHERS = /\/simulator\/(?:hidden-sources|foreign-waits)\./;
