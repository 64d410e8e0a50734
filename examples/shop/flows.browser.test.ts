/** The picture of the shop's contexts in a real browser, in light and in dark. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { barriers, noBrowser, openBrowser, visit } from './http/browser-fixture.ts';

const picture = pathToFileURL(
  join(import.meta.dirname, '..', '..', 'docs', 'images', 'shop-flows.svg'),
).href;

describe('the picture of the shop', { skip: noBrowser }, () => {
  let browser: Browser;

  before(async () => (browser = await openBrowser()));
  after(() => browser?.close());

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`in ${colorScheme} all of it can be read, and it asks nobody for anything`, async () => {
      const { page, complaints, close } = await visit(browser, picture, {
        width: 1280,
        colorScheme,
      });
      try {
        const seen = await page.evaluate<Seen>(LOOK);

        assert.match(seen.title, /^Context map: customers, catalogue, /);
        assert.match(seen.description, /ordering tells billing: OrderPlaced, /);
        assert.ok(seen.width <= 1280, `it is ${seen.width} wide`);
        // The background is another one, and each text stands out from it.
        assert.equal(
          seen.background,
          { light: 'rgb(255, 255, 255)', dark: 'rgb(13, 17, 23)' }[colorScheme],
        );
        assert.ok(seen.texts.includes('ordering') && seen.texts.includes('StockReserved'));
        assert.deepEqual(seen.hidden, []);
        assert.deepEqual(await barriers(page), []);
        assert.deepEqual(complaints, []);
      } finally {
        await close();
      }
    });
  }
});

interface Seen {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly background: string;
  readonly texts: readonly string[];
  /** Texts that stick out of the picture. */
  readonly hidden: readonly string[];
}

const LOOK = `(() => {
  const svg = document.documentElement;
  const texts = [...svg.querySelectorAll('text')];
  const whole = svg.getBoundingClientRect();
  return {
    title: svg.querySelector('title').textContent,
    description: svg.querySelector('desc').textContent,
    width: whole.width,
    background: getComputedStyle(svg.querySelector('.graph > polygon')).fill,
    texts: texts.map((text) => text.textContent.trim()),
    hidden: texts
      .filter((text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        return left < whole.left || right > whole.right || top < whole.top || bottom > whole.bottom;
      })
      .map((text) => text.textContent),
  };
})()`;
