import type { StandardSchemaV1 } from '@standard-schema/spec';
import { Intake } from '../../backbone/intake.ts';
import { contract } from '../../contract/contract.ts';
import { Committer } from '../../log/committer.ts';
import type { Log } from '../../log/log.ts';
import { PAYLOAD_CHARACTERS_MAX } from '../../message/payload.ts';
import { silent } from '../../telemetry/logger.ts';
import type { Scene } from './scene.ts';

export const QUICKLY = {
  attemptsMax: Number.POSITIVE_INFINITY,
  firstDelayMs: 1,
  delayMsMax: 10,
};

/** The toolkit's own intake of what Ordering publishes, at Billing. It ends with the scene at the latest. */
export function intakeOf(scene: Scene, log: Log): Intake {
  const intake = new Intake({
    context: 'billing',
    source: 'ordering',
    contracts: [OrderPlaced],
    backbone: scene.backbone,
    log,
    committer: new Committer(log, scene.host.clock),
    host: scene.host,
    logger: silent,
    retry: QUICKLY,
    charactersMax: PAYLOAD_CHARACTERS_MAX,
  });
  scene.atEnd(() => intake.stop());
  return intake;
}

/** Written out, so that this suite needs no library of schemas. */
const schema: StandardSchemaV1<{ orderId: string }, { orderId: string }> = {
  '~standard': {
    version: 1,
    vendor: 'thereupon',
    validate: (value) =>
      typeof (value as { orderId?: unknown } | null)?.orderId === 'string'
        ? { value: value as { orderId: string } }
        : { issues: [{ message: 'orderId is no text', path: ['orderId'] }] },
  },
};

export const OrderPlaced = contract('ordering.OrderPlaced', {
  version: 1,
  schema,
  key: (data) => data.orderId,
});
