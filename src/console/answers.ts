import { QuestionError } from '../inspection/question-error.ts';
import { InvalidTimeError } from '../message/business-time.ts';
import { InvalidOptionError } from '../runtime/invalid-option.ts';
import { describeError } from '../subscription/failure.ts';
import type { Failure } from './api.ts';

/**
 * What every answer carries: nothing of another site runs or is loaded in the page, no other site may
 * show it in a frame, and nothing of it is kept where others can read it.
 */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function jsonAnswer(body: unknown, status = 200): Response {
  const headers = { ...SAFE_HEADERS, 'content-type': 'application/json; charset=utf-8' };
  return new Response(JSON.stringify(body), { status, headers });
}

export function failureAnswer(status: number, code: string, message: string): Response {
  return jsonAnswer({ code, message } satisfies Failure, status);
}

/** What went wrong, in words: asked wrongly, nothing known of it, or else a fault of what is behind. */
export function errorAnswer(error: unknown): Response {
  if (error instanceof QuestionError)
    return failureAnswer(error.code === 'nothing-found' ? 404 : 400, error.code, error.message);
  if (error instanceof InvalidTimeError || error instanceof InvalidOptionError)
    return failureAnswer(400, error.code, error.message);
  const { code, name, message } = describeError(error);
  return failureAnswer(500, code ?? name, message);
}
