/** The switch of the payment gateway, and how it is. */
import { ask } from './ask.js';

const button = document.querySelector('#gateway button');
const words = document.querySelector('#gateway span');

const says = {
  on: 'on',
  off: 'off: charges and refunds wait for it, and nothing else does',
  gone: 'gone: it is being started again, and charges and refunds wait for it',
};

export function openSwitch() {
  button.addEventListener('click', () => void turn());
}

export function drawGateway(status) {
  button.ariaChecked = String(status === 'on');
  if (words.textContent !== says[status]) words.textContent = says[status];
}

async function turn() {
  const wanted = button.ariaChecked === 'true' ? 'off' : 'on';
  try {
    const { status } = await ask('/gateway', { method: 'PUT', body: { status: wanted } });
    drawGateway(status);
  } catch (error) {
    words.textContent = error.message;
  }
}
