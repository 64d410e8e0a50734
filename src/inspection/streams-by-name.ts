import type { LogReader } from '../log/log.ts';
import { PAGE_CHARACTERS_MAX } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import type { OpenLog } from './open-logs.ts';
import {
  type ListedStream,
  STREAMS_MAX,
  type StreamList,
  type StreamSelection,
  listedStream,
  noPlaceToGoOn,
  prefixOf,
} from './listed-stream.ts';

/** So many are asked for at once. */
const PAGE = 500;

/**
 * The streams of some logs by name, context after context. It takes as long as what it answers,
 * however long the logs are.
 *
 * @throws {QuestionError} when `after` is not what a list by name has said.
 */
export async function streamsByName(
  logs: readonly OpenLog[],
  { aggregate, after, limit }: StreamSelection,
): Promise<StreamList> {
  const streams: ListedStream[] = [];
  const prefix = prefixOf(aggregate);
  const place = after === undefined ? undefined : placeIn(logs, after);
  for (const { name, log } of place?.logs ?? logs) {
    const from = name === place?.context ? behind(place.stream) : prefix;
    for await (const last of lastOfStreams(log, from)) {
      if (last.stream?.startsWith(prefix) !== true) break;
      if (streams.length >= Math.min(limit, STREAMS_MAX))
        return { streams, next: nextOf(streams.at(-1)) };
      streams.push(listedStream(name, last));
    }
  }
  return { streams, next: null };
}

async function* lastOfStreams(
  log: Pick<LogReader, 'streams'>,
  first: string,
): AsyncGenerator<StoredRecord> {
  for (let from = first; ;) {
    const page = await log.streams({ from, limit: PAGE, charactersMax: PAGE_CHARACTERS_MAX });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    from = behind(last.stream ?? '');
  }
}

/** The next name there can be: none holds the character NUL, which would come before this one. */
function behind(stream: string): string {
  return `${stream}\u0001`;
}

/** A context's name has no slash in it. */
function nextOf(last: ListedStream | undefined): string | null {
  return last === undefined ? null : `${last.context}/${last.stream}`;
}

function placeIn(logs: readonly OpenLog[], after: string) {
  const slash = after.indexOf('/');
  const context = after.slice(0, slash);
  const index = logs.findIndex(({ name }) => name === context);
  if (slash < 0 || index < 0) throw noPlaceToGoOn(after);
  return { context, stream: after.slice(slash + 1), logs: logs.slice(index) };
}
