import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { embedded } from '../../backbone/log-to-log.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

testBackbone('embedded, over PostgreSQL', {
  open: async () => ({
    backbone: embedded(),
    another: embedded,
    store: postgres(await server.createDatabase()),
    close: async () => undefined,
  }),
});
