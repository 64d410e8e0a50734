import { SAFE_HEADERS } from './answers.ts';
import type { ConsoleOptions } from './console-options.ts';
import { COOKIE, digestOf, roleOf } from './who-asks.ts';

/** Somebody who is shown the form keeps what it sets for so long. */
const DAYS_S = 7 * 24 * 60 * 60;
/** No token is longer than this. */
const FORM_BYTES_MAX = 4_096;

/** The form that asks for a token. It needs no script. */
export function signInForm(path: string, said = ''): Response {
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Thereupon</title>
<main><h1>Thereupon</h1>
<form method="post" action="${path === '/' ? '' : path}/sign-in">
<p role="alert">${said}</p>
<label>Token of this console<br><input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Enter</button></form></main></html>`;
  const headers = { ...SAFE_HEADERS, 'content-type': 'text/html; charset=utf-8' };
  return new Response(html, { status: 401, headers });
}

/** Lets in whoever knows a token. */
export async function signIn(
  request: Request,
  path: string,
  tokens: NonNullable<ConsoleOptions['tokens']>,
): Promise<Response> {
  const text = await limitedText(request, FORM_BYTES_MAX);
  const token = new URLSearchParams(text ?? '').get('token') ?? '';
  const digest = digestOf(token);
  if (roleOf(tokens, digest) === undefined) return signInForm(path, 'That is not the token.');
  const isSecure = new URL(request.url).protocol === 'https:';
  const cookie =
    `${COOKIE}=${digest}; Path=${path}; HttpOnly; SameSite=Strict; Max-Age=${DAYS_S}` +
    (isSecure ? '; Secure' : '');
  const location = path === '/' ? '/' : `${path}/`;
  return new Response(null, {
    status: 303,
    headers: { ...SAFE_HEADERS, location, 'set-cookie': cookie },
  });
}

/** A body as text; undefined when it is longer than that. */
export async function limitedText(request: Request, bytesMax: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
