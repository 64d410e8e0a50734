import type { Actions, Failure, Questions } from '../../../src/console/api.ts';

/** What the server said of what went wrong. */
export class AskError extends Error {
  override readonly name = 'AskError';
  readonly code: string;
  /** 0: it could not be reached. */
  readonly status: number;

  constructor(status: number, { code, message }: Failure) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Asks the server. What is undefined, or empty, is not asked with. */
export async function ask<Name extends keyof Questions>(
  name: Name,
  asked: Questions[Name]['asked'],
  signal?: AbortSignal,
): Promise<Questions[Name]['answer']> {
  const given = Object.entries(asked as Record<string, string | undefined>);
  const words = given.filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(words as [string, string][]).toString();
  const init = signal === undefined ? {} : { signal };
  return said(`api/${name}${search === '' ? '' : `?${search}`}`, init);
}

/** Has something done. */
export async function act<Name extends keyof Actions>(
  name: Name,
  asked: Actions[Name]['asked'],
  signal?: AbortSignal,
): Promise<Actions[Name]['answer']> {
  return said(`api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-thereupon-console': '1' },
    body: JSON.stringify(asked),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function said<Answer>(url: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new AskError(0, { code: 'not-reached', message: 'The application cannot be reached.' });
  }
  const body: unknown = await response.json();
  if (!response.ok) throw new AskError(response.status, body as Failure);
  return body as Answer;
}
