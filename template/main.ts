/** The program: both contexts, and a small HTTP API in front of them. */
import { type IncomingMessage, createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { run } from 'thereupon';
import { z } from 'zod';
import { screening } from './booking/context.ts';
import { Seat } from './booking/contracts.ts';
import { BookingRefusedError } from './booking/screening.ts';
import { cards } from './loyalty/context.ts';
import * as config from './thereupon.config.ts';

type Answer = readonly [status: number, body: object];

const app = await run(config.contexts, config);
const server = createServer((request, response) => {
  const send = ([status, body]: Answer) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(`${JSON.stringify(body)}\n`);
  void answer(request).catch(refusal).then(send);
});
const port = Number(process.env['PORT'] ?? 3000);
server.listen(port, () => console.log(`The box office is open: http://localhost:${port}`));

// In order: no more requests, then what was begun is finished, and the logs are closed.
const stop = () => server.close(() => void app.stop());
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

async function answer(request: IncomingMessage): Promise<Answer> {
  const [, what, member = ''] = (request.url ?? '').split('/');
  if (request.method === 'POST' && what === 'bookings') {
    const data = Seat.parse(await json(request));
    const { events } = await app.handle(screening, data.screening, { type: 'BookSeat', data });
    return [events.length > 0 ? 201 : 200, data];
  }
  const card = what === 'cards' ? await app.read(cards).get(member) : undefined;
  return card ? [200, card] : [404, { message: 'There is POST /bookings and GET /cards/MEMBER.' }];
}

function refusal(error: unknown): Answer {
  if (error instanceof BookingRefusedError)
    return [409, { code: error.code, message: error.message }];
  if (error instanceof z.ZodError) return [400, { message: z.prettifyError(error) }];
  if (error instanceof SyntaxError) return [400, { message: error.message }];
  console.error(error);
  return [500, { message: 'That went wrong here, not with you.' }];
}
