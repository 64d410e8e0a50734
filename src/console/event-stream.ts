import { SAFE_HEADERS } from './answers.ts';

/** One of the server-sent events that a page hears: its name, and what it says. */
export interface SentEvent {
  readonly event: string;
  readonly data: unknown;
}

/**
 * Sends events as they are taken: the next one is made only when the connection has room for it, so a
 * page that is slow, or asleep, makes nothing pile up here. It ends when the page goes, or by `signal`.
 */
export function eventStream(events: AsyncGenerator<SentEvent>, end: () => void): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await events.next();
        if (next.done === true) return controller.close();
        const { event, data } = next.value;
        controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      },
      cancel: end,
    },
    // Nothing is made ahead of what is asked for.
    { highWaterMark: 0 },
  );
  const headers = { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' };
  // A proxy that gathers what it passes on would show the page what has long been over.
  return new Response(body, { headers: { ...headers, 'x-accel-buffering': 'no' } });
}
