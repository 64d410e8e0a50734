/**
 * Looks at the page as a person does, in Debian's Chromium: what the browser complains of and whom
 * it asks besides the shop is kept for each visit.
 *
 * `CHROMIUM` names the browser, which must then be there. Without it the tests are skipped when
 * there is none where Debian puts it; an empty one skips them in any case.
 */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

const debians = '/usr/bin/chromium';
const named = process.env['CHROMIUM'];

/** Why the tests cannot run here, or false. */
export const noBrowser = whyNot();

function whyNot(): string | false {
  if (named === '') return 'CHROMIUM is empty';
  if (named !== undefined || existsSync(debians)) return false;
  return `there is no ${debians}: install Debian's chromium, or name another in CHROMIUM`;
}

/** Its profile is empty and goes with it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: named ?? debians, headless: true, args: quiet });
}

/** Without what a browser does of its own accord; the sandbox refuses root. */
const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Look = { readonly width: number; readonly colorScheme: 'light' | 'dark' };

export type Visit = {
  readonly page: Page;
  /** Errors of the console, and requests to anybody but the shop. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
};

export async function visit(browser: Browser, address: string, look: Look): Promise<Visit> {
  const { width, colorScheme } = look;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const { origin } = new URL(address);
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(address);
  return { page, complaints, close: () => context.close() };
}

/** What WCAG 2.2 AA forbids and axe can see, contrast among it, as sentences. */
export async function barriers(page: Page): Promise<string[]> {
  // Colours are looked at when they have arrived.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axe.source);
  const found = await page.evaluate<Barriers>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  );
  return found.violations.flatMap(({ help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${help}: ${target.join(' ')}: ${failureSummary}`),
  );
}

type Barriers = {
  readonly violations: readonly {
    readonly help: string;
    readonly nodes: readonly {
      readonly target: readonly string[];
      readonly failureSummary: string;
    }[];
  }[];
};

/** What has the focus, in words: `button "Close"`, or `nothing`. */
export function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const { tagName, dataset, ariaLabel, textContent, name } = document.activeElement;
    if (tagName === 'BODY') return 'nothing';
    return tagName.toLowerCase() + ' "' + (name || ariaLabel || dataset.order || textContent.trim()) + '"';
  })()`);
}
