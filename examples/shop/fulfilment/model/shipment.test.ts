import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { given } from 'thereupon/testing';
import { addressLabel, guestLabel } from './addressee.ts';
import * as shipment from './shipment.ts';
import type { ShipmentCommand } from './shipment.ts';

const orderId = '536365';
const prepare: ShipmentCommand = {
  type: 'PrepareShipment',
  data: {
    orderId,
    customerId: '17850',
    country: 'France',
    lines: [
      { productId: '85123A', quantity: 6 },
      { productId: '71053', quantity: 2 },
    ],
  },
};
const ship: ShipmentCommand = { type: 'Ship', data: { orderId, address: 'guest, France' } };
const stop: ShipmentCommand = { type: 'StopShipment', data: { orderId } };

test('a prepared shipment is sent to the address given, once', () => {
  given(shipment)
    .after(prepare)
    .when(ship)
    .then([{ type: 'OrderShipped', data: { orderId, address: 'guest, France', units: 8 } }]);
  given(shipment).after(prepare, ship).when(ship).thenNothing();
});

test('a stopped shipment never leaves, whenever it was stopped', () => {
  given(shipment).after(prepare, stop).when(ship).thenRefused({ code: 'shipment-stopped' });
  given(shipment).after(stop, prepare).when(ship).thenRefused({ code: 'shipment-stopped' });
});

test('what has left cannot be stopped', () => {
  given(shipment).after(prepare, ship).when(stop).thenRefused({ code: 'shipment-already-shipped' });
});

test('nothing is sent before its goods are known', () => {
  given(shipment).when(ship).thenRefused({ code: 'shipment-not-prepared' });
});

test('a shipment is never both shipped and stopped', () => {
  const command = fc.constantFrom(prepare, ship, stop);

  fc.assert(
    fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
      const ends = new Set<string>();
      let state = shipment.initial;
      for (const each of commands) {
        try {
          for (const event of shipment.decide(each, state)) {
            state = shipment.evolve(state, event);
            if (event.type !== 'ShipmentPrepared') ends.add(event.type);
          }
        } catch (refusal) {
          assert.equal((refusal as Error).name, 'FulfilmentRefusedError');
        }
      }
      assert.ok(ends.size <= 1);
    }),
  );
});

test('a parcel goes to a person, or to a guest in a country', () => {
  const ada = { customerId: '17850', name: 'Ada', address: '1 High Street', country: 'France' };

  assert.equal(addressLabel(ada), 'Ada, 1 High Street, France');
  assert.equal(guestLabel('France'), 'guest, France');
});
