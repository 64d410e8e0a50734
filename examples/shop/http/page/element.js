/** Makes elements without a template language: what is text stays text, whatever is in it. */

/** An element with attributes, `on…` listeners, and children; `undefined` attributes are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });
const wholePounds = new Intl.NumberFormat('en-GB', {
  style: 'currency',
  currency: 'GBP',
  maximumFractionDigits: 0,
});
const whole = new Intl.NumberFormat('en-GB');

export function money(pence) {
  return pounds.format(pence / 100);
}

/** Large sums without pence, which nobody reads there. */
export function roundMoney(pence) {
  return Math.abs(pence) < 1_000_000 ? money(pence) : wholePounds.format(pence / 100);
}

export function count(number) {
  return whole.format(number);
}

/** The shop's own calendar has no zone: a replayed year is shown as its file tells it. */
export function moment(iso) {
  return iso.slice(0, 16).replace('T', ' ');
}

const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

export function dayAndMonth(day) {
  return short.format(new Date(day));
}
