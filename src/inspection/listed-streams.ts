import { type StreamSelection, assertSomeStreams } from './listed-stream.ts';
import { type NewestStreams, newestStreams } from './newest-streams.ts';
import type { OpenLog } from './open-logs.ts';
import { streamsByName } from './streams-by-name.ts';

/** Which streams are listed, and in which order. */
export interface StreamsQuestion extends StreamSelection {
  /** The newest activity first, or by name. */
  readonly by: 'activity' | 'name';
}

/**
 * Which aggregate instances there are in some logs, and what happened to them last.
 *
 * @throws {QuestionError} when the aggregate is not known, there is no log at all, or `after` is not
 * what a list in this order has said.
 */
export async function listedStreams(
  logs: readonly OpenLog[],
  question: StreamsQuestion,
  storeName: string,
): Promise<NewestStreams> {
  const list = await listOf(logs, question);
  assertSomeStreams(list, question, { logs, storeName });
  return list;
}

async function listOf(logs: readonly OpenLog[], question: StreamsQuestion): Promise<NewestStreams> {
  if (question.by === 'activity') return newestStreams(logs, question);
  return { ...(await streamsByName(logs, question)), endedEarly: [] };
}
