/** Draws the overview: pictures first. Elements stay, so that bars move instead of blinking. */
import { count, dayAndMonth, element, money, roundMoney } from './element.js';

const statuses = ['placed', 'confirmed', 'cancelling', 'shipped', 'cancelled'];

export function drawOverview(overview) {
  drawHealth(overview);
  drawFigures(overview);
  drawOrders(overview.orders);
  drawMoney(overview.money);
  drawShelves(overview.shelves);
  drawContexts(overview);
}

export function drawAway() {
  setHealth('unknown', 'no answer, trying again');
}

function drawHealth({ health }) {
  const words = { green: 'all moves', amber: 'something is parked', red: 'something stands still' };
  setHealth(health, words[health]);
}

function setHealth(health, text) {
  const place = document.querySelector('#health');
  place.dataset.health = health;
  if (place.textContent !== text) place.textContent = text;
}

function drawFigures({ orders, money: { chargedPence, refundedPence }, contexts }) {
  const total = statuses.reduce((sum, status) => sum + orders[status], 0);
  const waiting = kind(contexts, 'parked') + kind(contexts, 'held');
  const open = orders.placed + orders.confirmed + orders.cancelling;
  const figures = [
    ['Orders', count(total)],
    ['On their way', count(open)],
    ['Kept in the till', roundMoney(chargedPence - refundedPence)],
    ['Parked and held', count(waiting), waiting > 0 ? 'bad' : undefined],
  ];
  const place = document.querySelector('#figures');
  if (place.children.length === 0) {
    for (const [name] of figures)
      place.append(
        element('div', { class: 'figure' }, element('span', {}, name), element('strong')),
      );
  }
  for (const [index, [, text, tone = '']] of figures.entries()) {
    place.children[index].dataset.tone = tone;
    place.children[index].lastChild.textContent = text;
  }
}

function kind(contexts, name) {
  return contexts.reduce((sum, { waiting }) => sum + (waiting[name] ?? 0), 0);
}

function drawOrders(orders) {
  const stack = document.querySelector('#orders .stack');
  const legend = document.querySelector('#orders .legend');
  if (stack.children.length === 0) {
    for (const status of statuses) {
      const attributes = { 'data-status': status };
      stack.append(element('div', attributes));
      legend.append(element('li', attributes, element('i'), status, element('b')));
    }
  }
  for (const [index, status] of statuses.entries()) {
    stack.children[index].style.flexGrow = orders[status];
    // Nothing has no gap beside it, either.
    stack.children[index].hidden = orders[status] === 0;
    legend.children[index].lastChild.textContent = count(orders[status]);
  }
}

function drawBars(place, bars, most, inWords) {
  if (place.children.length === 0) {
    for (const { name, tone } of bars)
      place.append(
        element(
          'div',
          { class: 'bar', 'data-tone': tone },
          element('span', {}, name),
          element('b'),
          element('div', {}, element('i')),
        ),
      );
  }
  for (const [index, { value }] of bars.entries()) {
    const bar = place.children[index];
    bar.querySelector('b').textContent = inWords(value);
    bar.querySelector('i').style.width = `${most === 0 ? 0 : (100 * value) / most}%`;
  }
}

function drawMoney({ chargedPence, refundedPence, days, payments, declined }) {
  const bars = [
    { name: 'Charged', value: chargedPence },
    { name: 'Given back', value: refundedPence, tone: 'bad' },
    { name: 'Kept', value: chargedPence - refundedPence, tone: 'plain' },
  ];
  drawBars(document.querySelector('#money .bars'), bars, chargedPence, money);
  const figure = document.querySelector('#money .days');
  figure.hidden = days.length < 2;
  if (!figure.hidden) drawDays(figure, days);
  document.querySelector('#money .note').textContent =
    `${count(payments)} payments, ${count(declined)} declined by the gateway.`;
}

function drawDays(figure, days) {
  const most = Math.max(...days.map((day) => day.chargedPence), 1);
  const least = Math.max(...days.map((day) => day.refundedPence));
  const share = (pence) => `${(100 * pence) / (most + least)}%`;
  const columns = figure.querySelector('.columns');
  columns.ariaLabel = `Money charged and given back on each of ${days.length} days`;
  columns.replaceChildren(
    ...days.map(({ day, chargedPence, refundedPence }) => {
      const title = `${day}: ${money(chargedPence)} charged, ${money(refundedPence)} given back`;
      const taken = element('i');
      taken.style.bottom = share(least);
      taken.style.height = share(chargedPence);
      const back = element('i');
      back.style.top = share(most);
      back.style.height = share(refundedPence);
      return element('div', { title }, taken, back);
    }),
  );
  const best = `best day ${money(most)}`;
  const ends = [dayAndMonth(days[0].day), best, dayAndMonth(days.at(-1).day)];
  const caption = ends.map((text) => element('span', {}, text));
  figure.querySelector('figcaption').replaceChildren(...caption);
}

function drawShelves({ empty, few, some, many }) {
  const bars = [
    { name: 'Empty', value: empty, tone: 'bad' },
    { name: '1 to 50', value: few, tone: 'warn' },
    { name: '51 to 500', value: some, tone: 'plain' },
    { name: 'More', value: many },
  ];
  const most = Math.max(empty, few, some, many);
  drawBars(document.querySelector('#shelves .bars'), bars, most, count);
}

const words = {
  retry: 'retried',
  parked: 'parked',
  held: 'held',
  effect: 'in hand',
  timer: 'timers set',
};

function drawContexts({ contexts, parked }) {
  const tiles = contexts.map(({ context, behind, waiting, stalled }) => {
    const kinds = Object.entries(waiting).filter(([, rows]) => rows > 0);
    const tone = stalled.length > 0 || waiting.parked > 0 ? 'bad' : waiting.retry > 0 ? 'warn' : '';
    const waits = kinds.map(([name, rows]) => `${count(rows)} ${words[name] ?? name}`).join(', ');
    return element(
      'li',
      { 'data-tone': tone },
      element('b', {}, context),
      element('span', {}, behind > 0 ? `${count(behind)} to read` : 'up to date'),
      element('span', {}, waits || 'nothing waits'),
      ...stalled.map(({ subscription, why }) => element('small', {}, `${subscription}: ${why}`)),
    );
  });
  document.querySelector('#contexts .tiles').replaceChildren(...tiles);
  const rows = parked.map(({ context, subscription, key, why, heldBehind }) =>
    element(
      'li',
      {},
      `${key} is parked in ${context}, by “${subscription}”`,
      element('small', {}, heldBehind > 0 ? `${why} ${count(heldBehind)} held behind it.` : why),
    ),
  );
  document.querySelector('#contexts .parked').replaceChildren(...rows);
}
