import type { ReaderKind, ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import type { OwnerName, Running } from '../../../../src/inspection/runners.ts';

export const KINDS: Readonly<Record<ReaderKind, string>> = {
  reaction: 'reaction',
  effect: 'effect',
  process: 'process manager',
  'read-model': 'read model',
  rebuild: 'rebuild',
  relay: 'relay',
  intake: 'intake',
  timers: 'timers',
  unknown: 'left over',
};

/** What a state means; undefined where it is as it should be. */
export const STATES: Readonly<Record<ReaderLag['state'], string | undefined>> = {
  started: undefined,
  'not-started': 'never run',
  'not-listed': 'not in the code any more',
  restored: 'its source was restored',
  'not-visible': 'its place cannot be seen from here',
};

/** `pid 812`, `pid 812 on web-2`. */
export function ownerText({ pid, host }: OwnerName): string {
  const name = pid === null ? 'a process' : `pid ${pid}`;
  return host === null ? name : `${name} on ${host}`;
}

/** Who runs a context. */
export function runnersText({ processes }: Running): string {
  if (processes === null) return 'its store cannot tell who runs it';
  if (processes.length === 0) return 'nobody runs it';
  return processes.map(ownerText).join(', ');
}

/** What it makes sense to pause: what handles records. */
export function isPausable({ kind, state }: ReaderLag): boolean {
  const kinds: readonly ReaderKind[] = ['reaction', 'effect', 'process', 'read-model'];
  return kinds.includes(kind) && state !== 'not-listed';
}

/** `order-book` of `order-book@2`. */
export function modelOf(name: string): string {
  const at = name.lastIndexOf('@');
  return at === -1 ? name : name.slice(0, at);
}
