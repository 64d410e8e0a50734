/** The form in which a person places an order. */
import { ask, newKey } from './ask.js';
import { element, money } from './element.js';
import { offered } from './offered.js';

const form = document.querySelector('#basket form');
const lines = form.querySelector('.lines');
const answer = form.querySelector('.answer');

export async function openBasket(showOrder) {
  addLine();
  form.querySelector('[data-add]').addEventListener('click', () => addLine().focus());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(showOrder);
  });
  await offerProducts();
}

/** Goods are offered as the shop lists them; a shop that has just opened lists them in a moment. */
export async function offerProducts() {
  const list = document.querySelector('#products');
  if (list.children.length > 0) return;
  const { products } = await ask('/products?limit=5000');
  // Somebody else may have asked meanwhile.
  if (list.children.length > 0) return;
  for (const { productId, description, unitPriceMils } of products) {
    const product = { description, price: money(unitPriceMils / 10) };
    offered.set(productId, product);
    list.append(element('option', { value: productId }, inWords(product)));
  }
  // So that a person who only looks around needs to press one button.
  const input = lines.querySelector('[name=productId]');
  if (input.value === '') input.value = products[0]?.productId ?? '';
  input.dispatchEvent(new Event('input'));
}

function addLine() {
  const product = element('input', {
    name: 'productId',
    list: 'products',
    required: '',
    maxlength: '50',
    autocomplete: 'off',
  });
  const quantity = element('input', {
    name: 'quantity',
    type: 'number',
    min: '1',
    max: '100000',
    value: '1',
    required: '',
  });
  const remove = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': 'Remove this product' },
    '−',
  );
  const what = element('small');
  const line = element(
    'div',
    { class: 'line' },
    element('label', {}, 'Product', product),
    element('label', {}, 'Quantity', quantity),
    remove,
    what,
  );
  product.addEventListener('input', () => {
    what.textContent = inWords(offered.get(product.value.trim().toUpperCase()));
  });
  remove.addEventListener('click', () => {
    if (lines.children.length === 1) return;
    // Otherwise the focus would go with the line.
    (line.nextElementSibling ?? line.previousElementSibling).querySelector('input').focus();
    line.remove();
  });
  lines.append(line);
  return product;
}

async function submit(showOrder) {
  const button = form.querySelector('[type=submit]');
  if (button.ariaDisabled === 'true') return;
  // A button that is disabled outright loses the focus.
  button.ariaDisabled = 'true';
  tell('');
  try {
    const { orderId, token } = await ask('/orders', { body: asked(), key: newKey() });
    tell(`Order ${orderId} is placed.`);
    await Promise.race([showOrder(orderId, token), new Promise((done) => setTimeout(done, 500))]);
  } catch (error) {
    tell(error.message, 'bad');
  } finally {
    button.ariaDisabled = 'false';
  }
}

function asked() {
  const { country, customerId } = Object.fromEntries(new FormData(form));
  return {
    country,
    ...(customerId === '' ? {} : { customerId }),
    lines: [...lines.children].map((line) => ({
      productId: line.querySelector('[name=productId]').value.trim(),
      quantity: Number(line.querySelector('[name=quantity]').value),
    })),
  };
}

function tell(text, tone = '') {
  answer.textContent = text;
  answer.dataset.tone = tone;
}

function inWords(product) {
  return product === undefined ? '' : `${product.description}, ${product.price}`;
}
