import { SAFE_HEADERS } from './answers.ts';

/** One of the server-sent events that a page hears: its name, and what it says. */
export interface SentEvent {
  readonly event: string;
  readonly data: unknown;
}

/**
 * Sends events as they are taken: the next one is made only when the connection has room for it, so a
 * page that is slow, or asleep, makes nothing pile up here. It ends when the page goes, or by `signal`:
 * then `events` is told so at once, also while nobody takes anything.
 */
export function eventStream(
  signal: AbortSignal,
  make: (signal: AbortSignal) => AsyncGenerator<SentEvent>,
): Response {
  const gone = new AbortController();
  const ended = AbortSignal.any([signal, gone.signal]);
  const events = make(ended);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        ended.addEventListener('abort', () => {
          void events.return(undefined);
          if (!gone.signal.aborted) controller.close();
        });
      },
      async pull(controller) {
        const next = await events.next();
        if (ended.aborted) return;
        if (next.done === true) return controller.close();
        const { event, data } = next.value;
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      },
      cancel: () => gone.abort(),
    },
    // Nothing is made ahead of what is asked for.
    { highWaterMark: 0 },
  );
  const headers = { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' };
  // A proxy that gathers what it passes on would show the page what has long been over.
  return new Response(body, { headers: { ...headers, 'x-accel-buffering': 'no' } });
}
