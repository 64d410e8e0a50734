import { describeError } from '../subscription/failure.ts';
import { SAFE_HEADERS } from './answers.ts';

/** One of the server-sent events that a page hears: its name, and what it says. */
export interface SentEvent {
  readonly event: string;
  readonly data: unknown;
  /** Where it goes on from, for whoever comes back with it. */
  readonly id?: string;
}

/**
 * Sends events as they are taken: the next one is made only when the connection has room for it, so a
 * page that is slow, or asleep, makes nothing pile up here. It ends when the page goes, or by `signal`:
 * then `events` is told so at once, also while nobody takes anything. Where they fail, that is said as the
 * last one, and the browser asks again.
 */
export function eventStream(
  signal: AbortSignal,
  make: (signal: AbortSignal) => AsyncGenerator<SentEvent>,
): Response {
  const gone = new AbortController();
  const ended = AbortSignal.any([signal, gone.signal]);
  const events = make(ended);
  // A body is closed once: what ends it may come while it ends by itself, or after that.
  let isOver = false;
  const end = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (!isOver) controller.close();
    isOver = true;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const over = (): void => {
          end(controller);
          // Who would be told that they could not be ended in order has gone.
          void events.return(undefined).catch(() => undefined);
        };
        if (ended.aborted) over();
        else ended.addEventListener('abort', over);
      },
      async pull(controller) {
        try {
          const next = await events.next();
          if (isOver) return;
          if (next.done === true) end(controller);
          else controller.enqueue(textOf(next.value));
        } catch (error) {
          if (isOver) return;
          const { message } = describeError(error);
          controller.enqueue(textOf({ event: 'trouble', data: { message } }));
          end(controller);
        }
      },
      cancel() {
        isOver = true;
        gone.abort();
      },
    },
    // Nothing is made ahead of what is asked for.
    { highWaterMark: 0 },
  );
  const headers = { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' };
  // A proxy that gathers what it passes on would show the page what has long been over.
  return new Response(body, { headers: { ...headers, 'x-accel-buffering': 'no' } });
}

function textOf({ event, data, id }: SentEvent): Uint8Array {
  const place = id === undefined ? '' : `id: ${id}\n`;
  return new TextEncoder().encode(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
