import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { given } from 'thereupon/testing';
import { addressLabel, guestLabel } from './addressee.ts';
import * as shipment from './shipment.ts';
import type { ShipmentCommand } from './shipment.ts';

const orderId = '536365';
const parcel = { orderId, address: 'guest, France', units: 8 };
const ship: ShipmentCommand = { type: 'Ship', data: parcel };
const stop: ShipmentCommand = { type: 'StopShipment', data: { orderId } };

test('a shipment is sent to the address given, once', () => {
  given(shipment)
    .when(ship)
    .then([{ type: 'OrderShipped', data: parcel }]);
  given(shipment).after(ship).when(ship).thenNothing();
});

test('a stopped shipment never leaves', () => {
  given(shipment).after(stop).when(ship).thenRefused({ code: 'shipment-stopped' });
  given(shipment).after(stop).when(stop).thenNothing();
});

test('what has left cannot be stopped', () => {
  given(shipment).after(ship).when(stop).thenRefused({ code: 'shipment-already-shipped' });
});

test('a shipment is never both shipped and stopped', () => {
  const command = fc.constantFrom(ship, stop);

  fc.assert(
    fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
      const ends: string[] = [];
      let state = shipment.initial;
      for (const each of commands) {
        try {
          for (const event of shipment.decide(each, state)) {
            state = shipment.evolve(state, event);
            ends.push(event.type);
          }
        } catch (refusal) {
          assert.equal((refusal as Error).name, 'FulfilmentRefusedError');
        }
      }
      assert.ok(ends.length <= 1);
    }),
  );
});

test('a parcel goes to a person, or to a guest in a country', () => {
  const ada = { customerId: '17850', name: 'Ada', address: '1 High Street', country: 'France' };

  assert.equal(addressLabel(ada), 'Ada, 1 High Street, France');
  assert.equal(guestLabel('France'), 'guest, France');
});
