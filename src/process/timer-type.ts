/** The type of the record that a timer becomes: its owner's name, a slash, its own. */
export function timerType(owner: string, name: string): string {
  return `${owner}/${name}`;
}

/** Its own name again, which has no slash in it. */
export function timerName(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}

/** The name of whose timer it was. */
export function timerOwner(type: string): string {
  return type.slice(0, type.lastIndexOf('/'));
}

/** Whether a timer can be called so: it is the type of an event. */
export function isTimerName(name: unknown): boolean {
  return typeof name === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name);
}
