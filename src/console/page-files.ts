import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { gzip } from 'node:zlib';
import { SAFE_HEADERS, failureAnswer } from './answers.ts';

/** Where the built page is: the same way from the sources and from what is published. */
const FOLDER = new URL('../../dist/page/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The page itself. It finds all that it needs from where it is mounted. */
export async function pageAnswer(path: string): Promise<Response> {
  const html = await fileText('index.html');
  if (html === undefined)
    return failureAnswer(
      503,
      'page-not-built',
      'The page of the console is not built. In a checkout, run: npm run build',
    );
  const base = `<base href="${path === '/' ? '' : path}/" />`;
  return new Response(html.replace('<base href="/" />', base), {
    headers: { ...SAFE_HEADERS, 'content-type': TYPES['.html'] as string },
  });
}

/** A file of the page. Its name changes with what is in it, so it can be kept for ever. */
export async function assetAnswer(name: string, accepted: string | null): Promise<Response> {
  const type = TYPES[extname(name)];
  const isPlain = /^[\w-]+(\.[\w-]+)+$/.test(name);
  const bytes = type !== undefined && isPlain ? await file(`assets/${name}`) : undefined;
  if (bytes === undefined || type === undefined)
    return failureAnswer(404, 'nothing-found', 'There is no such file. Reload the page.');
  const headers = {
    ...SAFE_HEADERS,
    'content-type': type,
    'cache-control': 'private, max-age=31536000, immutable',
    vary: 'accept-encoding',
  };
  if (type === TYPES['.woff2'] || !/\bgzip\b/.test(accepted ?? ''))
    return new Response(bytes, { headers });
  const small = await gzipped(name, bytes);
  return new Response(small, { headers: { ...headers, 'content-encoding': 'gzip' } });
}

/** There are few of them, and none changes under its name. */
const made = new Map<string, Promise<Buffer<ArrayBuffer>>>();

function gzipped(name: string, bytes: Buffer): Promise<Buffer<ArrayBuffer>> {
  const known = made.get(name) ?? gzipOf(bytes);
  made.set(name, known);
  return known;
}

function gzipOf(bytes: Buffer): Promise<Buffer<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    gzip(bytes, (error, small) => (error === null ? resolve(small) : reject(error)));
  });
}

async function fileText(name: string): Promise<string | undefined> {
  return (await file(name))?.toString('utf8');
}

async function file(name: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(new URL(name, FOLDER));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
