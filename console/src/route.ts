import { useSyncExternalStore } from 'react';

/**
 * Where somebody is: `#/trace/o-1?record=…`. It is kept behind the hash, so that the page works at any
 * path, and a link to it can be sent to a colleague.
 */
export interface Route {
  readonly view: string;
  /** What follows the view: `['o-1']`. */
  readonly path: readonly string[];
  readonly query: Readonly<Partial<Record<string, string>>>;
}

/** A link to a place. What is undefined, or empty, is left out. */
export function hrefTo(
  view: string,
  path: readonly string[] = [],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(words as [string, string][]).toString();
  const place = [view, ...path.map(encodeURIComponent)].join('/');
  return `#/${place}${search === '' ? '' : `?${search}`}`;
}

/** Goes there; with `replace` the place before is not gone back to. */
export function goTo(href: string, { replace = false } = {}): void {
  // Not by `location.hash`: the page's base may be another one than where it is.
  const url = location.pathname + location.search + href;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  for (const listener of listeners) listener();
}

/** Where somebody is; drawn anew when they go elsewhere. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(listen, () => location.hash);
  return routeOf(hash);
}

export function routeOf(hash: string): Route {
  const [place = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...path] = place.split('/').filter((part) => part !== '');
  const query = Object.fromEntries(new URLSearchParams(search));
  return { view: view === '' ? 'map' : view, path: path.map(decoded), query };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Somebody has typed it.
    return part;
  }
}

const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('hashchange', listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('hashchange', listener);
    removeEventListener('popstate', listener);
  };
}
