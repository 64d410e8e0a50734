/**
 * The console's page in a browser: when something of it is seen first, when the map is drawn, how much is loaded for that,
 * and how smoothly the map goes on at 5,000 messages a second. Run by hand, once the page is built:
 *
 *     npx vite build console && node -C thereupon-source benchmarks/console-page.ts
 */
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ClientAddress, createRequestListener } from '@remix-run/node-fetch-server';
import type { Browser, Page } from 'playwright-core';
import { type ConsoleHandler, consoleFor } from 'thereupon/console';
import type { Pulse, Questions } from '../src/console/api.ts';
import { openBrowser } from '../examples/shop/http/browser-fixture.ts';
import { goods, startTestShop } from '../examples/shop/http/shop-fixture.ts';
import { place } from '../examples/shop/shop-fixture.ts';

const VISITS = 5;
const PULSES = 60;
const MESSAGES_A_SECOND = 5_000;
const WATCHED_MS = 10_000;
/** The map shows rates of the last ten seconds: before that they still rise. */
const WARM_UP_MS = 5_000;

const here = { address: '127.0.0.1' };
const assets = join(import.meta.dirname, '..', 'dist', 'page', 'assets');

const shop = await startTestShop();
for (let number = 1; number <= 10; number += 1) {
  const { productId, unitPriceMils } = goods[number % goods.length]!;
  const occurredAt = new Date().toISOString();
  await place(shop.app, `o-${number}`, { lines: [[productId, 1, unitPriceMils]], occurredAt });
}
await shop.app.settled();
const handler = consoleFor(shop.app);
const pulses = await busyPulses(handler);
const server = createServer(createRequestListener(answer));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://localhost:${(server.address() as AddressInfo).port}/console`;
const browser = await openBrowser();
try {
  const visits = [];
  for (let count = 0; count < VISITS; count += 1) visits.push(await firstVisit(browser));
  const loaded = visits[0]!.loaded;
  print('first paint', `${median(visits.map(({ paintMs }) => paintMs))} ms`, 'under 1,000 ms');
  print('map drawn', `${median(visits.map(({ drawnMs }) => drawnMs))} ms`);
  print('loaded first', sizeText(loaded));
  print('all of the page', sizeText(readdirSync(assets)));
  print('frames a second', String(await framesASecond(browser)), '30 or more');
} finally {
  await browser.close();
  handler.close();
  server.closeAllConnections();
  server.close();
  await shop.stop();
}

function answer(request: Request, client: ClientAddress): Response | Promise<Response> {
  return request.url.endsWith('/api/pulse') ? replayed() : handler(request, client);
}

/** The pulses over and over, one a second, at the time that it is. */
function replayed(): Response {
  const encoder = new TextEncoder();
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (): void => {
        const pulse = { ...pulses[next % pulses.length], at: new Date().toISOString() };
        controller.enqueue(encoder.encode(`event: pulse\ndata: ${JSON.stringify(pulse)}\n\n`));
        next += 1;
      };
      send();
      timer = setInterval(send, 1_000);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}

/**
 * What the shop would say if all that it ever records came all the time, more and less of it from second to second, and
 * each reader were a little behind.
 */
async function busyPulses(console: ConsoleHandler): Promise<readonly Pulse[]> {
  const quiet = await firstPulse(console);
  const { types } = await ask<Questions['seen']['answer']>(console, 'seen');
  const messages = types.filter(
    ({ direction }) => direction === 'outgoing' || direction === 'incoming',
  ).length;
  return Array.from({ length: PULSES }, (_, second) => {
    const wave = 1 + 0.3 * Math.sin(second / 5);
    const rates = types.map(({ context, direction, aggregate, type }) => {
      const perSecond = (MESSAGES_A_SECOND / messages) * wave;
      return { context, direction, aggregate, type, perSecond, isEstimate: true };
    });
    const readers = quiet.lag.readers.map((reader, index) => {
      const behind = (index * 37 + second * 11) % 200;
      return { ...reader, behind, oldestAgeMs: behind * 2 };
    });
    return { ...quiet, lag: { ...quiet.lag, readers }, rates };
  });
}

async function firstPulse(console: ConsoleHandler): Promise<Pulse> {
  const gone = new AbortController();
  const { body } = await console(request('pulse', gone.signal), here);
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.endsWith('\n\n')) break;
  }
  gone.abort();
  return JSON.parse(text.slice(text.indexOf('data: ') + 'data: '.length)) as Pulse;
}

async function ask<Answer>(console: ConsoleHandler, name: string): Promise<Answer> {
  return (await (await console(request(name), here)).json()) as Answer;
}

function request(name: string, signal?: AbortSignal): Request {
  return new Request(`http://localhost/console/api/${name}`, signal ? { signal } : {});
}

type FirstVisit = {
  readonly paintMs: number;
  readonly drawnMs: number;
  /** The names of the files that were asked for. */
  readonly loaded: readonly string[];
};

/** By somebody who was never there. */
async function firstVisit(visitor: Browser): Promise<FirstVisit> {
  const { page, close } = await opened(visitor);
  const loaded: string[] = [];
  page.on('request', (asked) => {
    const name = asked.url().split('/assets/')[1];
    if (name !== undefined) loaded.push(name);
  });
  await page.goto(address);
  await page.locator('[data-context="billing"]').first().waitFor();
  const [paintMs, drawnMs] = await page.evaluate<[number, number]>(
    `[performance.getEntriesByName('first-contentful-paint')[0].startTime, mapDrawnMs]`,
  );
  await close();
  return { paintMs, drawnMs, loaded };
}

/** Counts the frames of the map while it is watched. */
async function framesASecond(watcher: Browser): Promise<number> {
  const { page, close } = await opened(watcher);
  await page.goto(address);
  await page.locator('[data-context="billing"]').first().waitFor();
  await page.waitForTimeout(WARM_UP_MS);
  const frames = await page.evaluate<number>(`new Promise((resolve) => {
    const began = performance.now();
    let frames = 0;
    const frame = () => {
      frames += 1;
      const tookMs = performance.now() - began;
      if (tookMs < ${WATCHED_MS}) requestAnimationFrame(frame);
      else resolve(frames / (tookMs / 1000));
    };
    requestAnimationFrame(frame);
  })`);
  await close();
  return Math.round(frames);
}

async function opened(by: Browser): Promise<{ page: Page; close: () => Promise<void> }> {
  const context = await by.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(`{
    const look = () => {
      const boxes = [...document.querySelectorAll('.map-canvas [data-context]')];
      const isSeen = boxes.length >= 6 && boxes.every((box) => box.checkVisibility({ visibilityProperty: true }));
      if (isSeen) globalThis.mapDrawnMs = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  return { page, close: () => context.close() };
}

function sizeText(names: readonly string[]): string {
  const files = names.map((name) => readFileSync(join(assets, name)));
  const bytes = files.reduce((sum, file) => sum + file.byteLength, 0);
  const zipped = files.reduce((sum, file) => sum + gzipSync(file).byteLength, 0);
  return `${files.length} files, ${kib(bytes)} KiB, ${kib(zipped)} KiB by gzip`;
}

function kib(bytes: number): number {
  return Math.round(bytes / 1_024);
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!);
}

function print(what: string, seen: string, aim?: string): void {
  process.stdout.write(`${what}: ${seen}${aim === undefined ? '' : ` (aim: ${aim})`}\n`);
}
