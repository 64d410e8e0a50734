/**
 * What it costs an application that somebody watches it: messages a second, published and taken in,
 * while a plain reader of event streams (in place of a browser) hears the console's pulse and its live
 * tail. The raw limit is the same application in the same run with nobody there, taken in turn.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, scaled } from './benchmark.ts';

const MESSAGES = 60_000;

export const watching: Benchmark = {
  name: 'console',
  about: 'an application that is watched by its console',
  async measure(setting) {
    const count = scaled(setting, MESSAGES, 500);
    const directory = join(setting.directory, 'watched');
    mkdirSync(directory);
    const { child, url } = await startChild(directory);
    const rates = { alone: [] as number[], watched: [] as number[], heard: [] as number[] };
    setting.progress('warming up');
    await stamp(child, count);
    for (let run = 0; run < setting.runs; run += 1) {
      setting.progress(`run ${run + 1}`);
      rates.alone.push(await stamp(child, count));
      const watcher = await watch(url);
      rates.watched.push(await stamp(child, count));
      rates.heard.push(await watcher.end());
    }
    child.disconnect();
    await once(child, 'exit');
    rmSync(directory, { recursive: true });
    return [
      { metric: 'messages, watched', unit: 'events/s', values: rates.watched, raw: rates.alone },
      { metric: 'heard meanwhile', unit: 'MiB', values: rates.heard },
    ];
  },
};

async function startChild(
  directory: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const program = join(import.meta.dirname, 'watching-child.ts');
  const child = fork(program, [directory], { execArgv: ['-C', 'thereupon-source'] });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

/** Answers with how many messages a second that were. */
async function stamp(child: ChildProcess, count: number): Promise<number> {
  child.send(count);
  const [ms] = (await once(child, 'message')) as [number];
  return count / (ms / 1_000);
}

/** Hears both feeds, until it is ended; answers with how much it heard. */
async function watch(url: string): Promise<{ readonly end: () => Promise<number> }> {
  const gone = new AbortController();
  let bytes = 0;
  const hear = async ({ body }: Response): Promise<void> => {
    try {
      for await (const chunk of body ?? []) bytes += chunk.byteLength;
    } catch (error) {
      if (!gone.signal.aborted) throw error;
    }
  };
  const feeds = await Promise.all(
    ['pulse', 'tail'].map((feed) => fetch(`${url}/api/${feed}`, { signal: gone.signal })),
  );
  const heard = Promise.all(feeds.map(hear));
  return {
    async end() {
      gone.abort();
      await heard;
      return bytes / 1_048_576;
    },
  };
}
