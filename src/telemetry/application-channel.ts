import { subscribe, channel } from 'node:diagnostics_channel';

/** An application that runs in this process: which contexts of it, and where their logs are. */
export interface RunningHere {
  readonly contexts: readonly string[];
  readonly store: string;
}

const NAME = 'thereupon:running';

/**
 * Says within this process that an application runs now. A program calls `run` by itself, and
 * whoever started the program (`thereupon dev`) has no other way to hear of it. Costs nothing
 * where nobody listens.
 */
export function tellRunning(running: RunningHere): void {
  channel(NAME).publish(running);
}

/** Hears of each application that runs in this process from now on. */
export function onRunning(heard: (running: RunningHere) => void): void {
  subscribe(NAME, (message) => heard(message as RunningHere));
}
