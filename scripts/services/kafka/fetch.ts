/** Gets what a broker for the tests needs, once for a machine: `node scripts/services/kafka/fetch.ts`. */
import { fetchKafka } from './installation.ts';

fetchKafka();
