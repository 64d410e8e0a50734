/**
 * The latest orders, each a button that shows the order. A row is made once and stays the same
 * element: who is in the list by keyboard stays where they are while orders come and go around.
 */
import { ask } from './ask.js';
import { element, money, moment } from './element.js';

const list = document.querySelector('#latest ol');
const rows = new Map();

export async function drawLatest(latest, showOrder) {
  // A dialog that closes gives the focus back to the row that it was opened from.
  if (document.querySelector('dialog[open]') !== null) return;
  const shown = [...latest, ...(await leftWithFocus(latest))].map((order) =>
    rowOf(order, showOrder),
  );
  const focused = document.activeElement?.closest('#latest li') ?? undefined;
  for (const [orderId, row] of rows) {
    if (!shown.includes(row) && row !== focused) rows.delete(orderId);
  }
  if (shown.length === 0) shown.push(element('li', { class: 'empty' }, 'No order yet.'));
  arrange(shown, focused);
}

/** The order whose row has the focus, when it is no longer among the latest. */
async function leftWithFocus(latest) {
  const orderId = document.activeElement?.dataset.order;
  if (orderId === undefined || latest.some((order) => order.orderId === orderId)) return [];
  return [await ask(`/orders/${encodeURIComponent(orderId)}`)];
}

/** An element that is moved loses the focus, so the others are moved around the one that has it. */
function arrange(shown, focused) {
  if (focused === undefined) return list.replaceChildren(...shown);
  const gone = [...list.children].filter((row) => row !== focused && !shown.includes(row));
  for (const row of gone) row.remove();
  const place = shown.includes(focused) ? shown.indexOf(focused) : shown.length;
  focused.before(...shown.slice(0, place));
  focused.after(...shown.slice(place + 1));
}

function rowOf(order, showOrder) {
  const { orderId, status } = order;
  const row = rows.get(orderId) ?? newRow(order, showOrder);
  rows.set(orderId, row);
  const mark = row.querySelector('.status');
  if (mark.dataset.status !== status) {
    mark.dataset.status = status;
    mark.textContent = status;
  }
  return row;
}

function newRow({ orderId, country, placedAt, totalPence, customerId }, showOrder) {
  return element(
    'li',
    {},
    element(
      'button',
      { 'data-order': orderId, onclick: () => showOrder(orderId) },
      element('span', {}, orderId, element('br'), element('small', {}, moment(placedAt))),
      element(
        'span',
        { class: 'where' },
        country,
        element('br'),
        element('small', {}, customerId === null ? 'guest' : `customer ${customerId}`),
      ),
      element('span', { class: 'amount' }, money(totalPence)),
      element('span', { class: 'status' }),
    ),
  );
}
