/** So long after a feed has broken off it is asked for again. */
const AGAIN_MS = 2_000;

/** What is heard of a feed. */
export interface Hearing {
  /** Where the feed is; `after` is what the last event said that came. */
  readonly url: (after: string | undefined) => string;
  /** By the name of an event what is done with what it says. */
  readonly events: Readonly<Record<string, (said: unknown) => void>>;
  readonly onTrouble: (message: string) => void;
}

/**
 * Hears server-sent events, and goes on by itself whenever they break off, until it is closed. A browser
 * alone gives up for ever after one answer other than 200, as a proxy gives while the application starts anew.
 */
export function hear({ url, events, onTrouble }: Hearing): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let after: string | undefined;
  let isClosed = false;
  const trouble = (message: string): void => {
    if (!isClosed) onTrouble(message);
  };
  const open = (): void => {
    source = new EventSource(url(after));
    for (const [name, done] of Object.entries(events))
      source.addEventListener(name, ({ data, lastEventId }) => {
        if (lastEventId !== '') after = lastEventId;
        done(JSON.parse(data as string));
      });
    source.addEventListener('trouble', ({ data }) => {
      trouble((JSON.parse(data as string) as { message: string }).message);
    });
    source.addEventListener('error', () => {
      source?.close();
      clearTimeout(timer);
      timer = setTimeout(open, AGAIN_MS);
      void whyNot().then((why) => why !== undefined && trouble(why));
    });
  };
  open();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    source?.close();
  };
}

/** Of a feed that breaks off a browser tells nothing. Undefined: all else answers, and it is asked for again. */
async function whyNot(): Promise<string | undefined> {
  const status = await fetch('api/about').then(
    (answer) => answer.status,
    () => undefined,
  );
  if (status === 200) return undefined;
  return status === 401 || status === 403
    ? 'You are not let in any more: reload the page.'
    : 'The application cannot be reached.';
}
