import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressLabel, guestLabel } from './addressee.ts';
import { decide, evolve, initial } from './shipment.ts';
import type { Shipment, ShipmentCommand } from './shipment.ts';

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
  assert.deepEqual(decide(ship, after(prepare)), [
    { type: 'OrderShipped', data: { orderId, address: 'guest, France', units: 8 } },
  ]);
  assert.deepEqual(decide(ship, after(prepare, ship)), []);
});

test('a stopped shipment never leaves, whenever it was stopped', () => {
  assert.throws(() => decide(ship, after(prepare, stop)), { code: 'shipment-stopped' });
  assert.throws(() => decide(ship, after(stop, prepare)), { code: 'shipment-stopped' });
});

test('what has left cannot be stopped', () => {
  assert.throws(() => decide(stop, after(prepare, ship)), { code: 'shipment-already-shipped' });
});

test('nothing is sent before its goods are known', () => {
  assert.throws(() => decide(ship, initial), { code: 'shipment-not-prepared' });
});

test('a shipment is never both shipped and stopped', () => {
  const command = fc.constantFrom(prepare, ship, stop);

  fc.assert(
    fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
      const ends = new Set<string>();
      let shipment = initial;
      for (const each of commands) {
        try {
          for (const event of decide(each, shipment)) {
            shipment = evolve(shipment, event);
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

function after(...commands: ShipmentCommand[]): Shipment {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initial);
}
