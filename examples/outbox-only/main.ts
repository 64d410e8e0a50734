import { openShop } from './after/shop.ts';

const app = await openShop(process.env['DATABASE_URL'] ?? '');
console.log(await app.listen({ port: Number(process.env['PORT'] ?? 0) }));
process.once('SIGTERM', () => void app.close());
