/** One order in a dialog: how far it is, what is in it, and what can still be done about it. */
import { ask } from './ask.js';
import { element, money, moment } from './element.js';
import { offered } from './offered.js';

const FOLLOW_MS = 400;

const dialog = document.querySelector('#order');

export async function showOrder(orderId, after) {
  let drawn = '';
  const draw = (order) => {
    const text = JSON.stringify(order);
    if (text !== drawn) fill(order, act);
    drawn = text;
  };
  const act = async (work) => {
    try {
      const { token } = await work();
      draw(await look(orderId, token));
    } catch (error) {
      tell(error.message);
    }
  };
  draw(await look(orderId, after));
  if (!dialog.open) dialog.showModal();
  history.replaceState(null, '', `#order/${encodeURIComponent(orderId)}`);
  let isShown = true;
  const forget = () => {
    isShown = false;
    history.replaceState(null, '', '/');
  };
  dialog.addEventListener('close', forget, { once: true });
  while (isShown) {
    await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    const order = await look(orderId).catch(() => undefined);
    if (order !== undefined && isShown) draw(order);
  }
}

function look(orderId, after) {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  return ask(`/orders/${encodeURIComponent(orderId)}${query}`);
}

function fill(order, act) {
  const { orderId, status, customerId, country, placedAt } = order;
  const path = `/orders/${encodeURIComponent(orderId)}`;
  const buyer = customerId === null ? 'a guest' : `customer ${customerId}`;
  const canCancel = status === 'placed' || status === 'confirmed';
  const cancel = () => act(() => ask(`${path}/cancellation`, { body: {} }));
  replaceContent(
    element('h2', { id: 'order-title' }, `Order ${orderId}`),
    element('p', {}, `${moment(placedAt)}, ${buyer} in ${country}`),
    steps(order),
    element(
      'ul',
      { class: 'goods' },
      ...order.lines.map((line, index) => lineOf(line, { order, index, act })),
    ),
    element('p', {}, totals(order)),
    element('p', { class: 'answer', role: 'status', 'data-tone': 'bad' }),
    element(
      'footer',
      {},
      ...(canCancel
        ? [
            element(
              'button',
              { class: 'quiet', 'data-does': 'cancel', onclick: cancel },
              'Cancel it',
            ),
          ]
        : []),
      element('button', { autofocus: '', onclick: () => dialog.close() }, 'Close'),
    ),
  );
}

/** Who was at a button is at the same one afterwards, or, where it is gone, at the one that closes. */
function replaceContent(...content) {
  const does = dialog.contains(document.activeElement) && document.activeElement.dataset.does;
  const scrolled = dialog.querySelector('.goods')?.scrollTop ?? 0;
  dialog.replaceChildren(...content);
  dialog.querySelector('.goods').scrollTop = scrolled;
  if (!dialog.open) return;
  const same = does ? dialog.querySelector(`[data-does="${CSS.escape(does)}"]`) : null;
  (same ?? dialog.querySelector('[autofocus]')).focus();
}

/** The way an order goes: to the parcel, or to its end before. */
function steps({ status, cancelledFor, goodsAwaitedUntil }) {
  const reasons = { stock: 'too little stock', payment: 'not paid', customer: 'by the customer' };
  const way = ['placed', 'confirmed', 'shipped'];
  const reached = way.indexOf(status);
  const done =
    status === 'cancelled'
      ? ['placed', status]
      : status === 'cancelling'
        ? ['placed', 'confirmed', status]
        : way.slice(0, reached + 1);
  const open = reached < 0 ? [] : way.slice(reached + 1);
  return element(
    'ul',
    { class: 'steps' },
    ...done.map((step) => {
      const why =
        step === 'cancelled'
          ? `: ${reasons[cancelledFor] ?? cancelledFor}`
          : step === 'placed' && goodsAwaitedUntil
            ? `, waits for goods until ${moment(goodsAwaitedUntil)} at the latest`
            : '';
      return element('li', { 'data-status': step }, step + why);
    }),
    ...open.map((step) => element('li', {}, step)),
  );
}

function lineOf(line, { order: { orderId, status }, index, act }) {
  const { productId, quantity, amountPence, returned } = line;
  const back = () =>
    act(() =>
      ask(`/orders/${encodeURIComponent(orderId)}/returns`, {
        body: { lines: [{ productId, quantity: 1 }] },
      }),
    );
  const canReturn = (status === 'shipped' || status === 'confirmed') && returned < quantity;
  const about = [offered.get(productId)?.description, returned > 0 ? `${returned} came back` : ''];
  const small = about.filter(Boolean).join(', ');
  return element(
    'li',
    {},
    element('span', {}, `${quantity} × ${productId}`, element('small', {}, small)),
    element('span', {}, money(amountPence)),
    canReturn
      ? element(
          'button',
          { class: 'quiet', 'data-does': `return ${index}`, onclick: back },
          'Return one',
        )
      : element('span'),
  );
}

function totals({ totalPence, refundedPence, charges }) {
  const extra = charges.reduce((sum, charge) => sum + charge.amountPence, 0);
  const parts = [`Total ${money(totalPence)}`];
  if (extra > 0) parts.push(`${money(extra)} of it for postage and fees`);
  if (refundedPence > 0) parts.push(`${money(refundedPence)} refunded`);
  return parts.join(', ');
}

function tell(text) {
  dialog.querySelector('.answer').textContent = text;
}
