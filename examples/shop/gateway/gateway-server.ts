/**
 * The gateway's HTTP side.
 *
 *     POST /charges  { orderId, amountPence }            201 { chargeId, status: "charged" }
 *     POST /refunds  { orderId, refundId, amountPence }  201 { refundId, status: "refunded" }
 *                                                        402 { status: "declined", reason }
 *     POST /admin/off, /admin/on                         200 { status }
 *     GET  /health                                       200 { status: "on" | "off" }
 *
 * Charges and refunds need an `Idempotency-Key` header: the same key again is answered as the first
 * time, with another body 422. Switched off, both answer 503 at once and nothing is recorded.
 *
 * Requests that arrive together are recorded in one transaction; each answer waits for it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { GatewayBooks, GatewayRequest } from './gateway-books.ts';
import { behaviourFor } from './misbehaviour.ts';
import { parseRequest } from './parse-request.ts';
import { SharedCommit } from './shared-commit.ts';

export type GatewayServerOptions = {
  readonly books: GatewayBooks;
  /** Resolves when a late answer is due. */
  readonly waitBeforeLateAnswer: () => Promise<void>;
  /** Whether it begins switched off. */
  readonly isOff: boolean;
};

export function gatewayServer(options: GatewayServerOptions): Server {
  const { books, waitBeforeLateAnswer, isOff } = options;
  const gateway: Gateway = { commit: new SharedCommit(books), waitBeforeLateAnswer, isOff };
  // An idle connection is the shop's to close: when both ends do, a request can fall between.
  return createServer({ keepAliveTimeout: 10 * 60_000 }, (incoming, response) => {
    void serve(gateway, { incoming, response });
  });
}

type Gateway = {
  readonly commit: SharedCommit;
  readonly waitBeforeLateAnswer: () => Promise<void>;
  isOff: boolean;
};
type Call = { readonly incoming: IncomingMessage; readonly response: ServerResponse };

async function serve(gateway: Gateway, call: Call): Promise<void> {
  const { method, url, socket } = call.incoming;
  const route = routes[`${method} ${url}`];
  if (route === undefined) return answer(call, 404, { title: `There is no ${method} ${url}.` });
  try {
    await route(gateway, call);
  } catch (error) {
    // A caller that has gone needs no answer.
    if (socket.destroyed) return;
    const title = error instanceof Error ? error.message : String(error);
    answer(call, error instanceof RangeError ? 413 : 500, { title });
  }
}

const routes: Readonly<Record<string, (gateway: Gateway, call: Call) => unknown>> = {
  'POST /charges': (gateway, call) => takePayment(gateway, 'charge', call),
  'POST /refunds': (gateway, call) => takePayment(gateway, 'refund', call),
  'POST /admin/off': (gateway, call) => switchTo(gateway, true, call),
  'POST /admin/on': (gateway, call) => switchTo(gateway, false, call),
  'GET /health': (gateway, call) => answerStatus(gateway, call),
};

async function takePayment(gateway: Gateway, kind: GatewayRequest['kind'], call: Call) {
  const { headers, socket } = call.incoming;
  if (gateway.isOff) return answer(call, 503, { title: 'The gateway is switched off.' });
  const body = await bodyOf(call.incoming);
  const { request, problem } = parseRequest(kind, headers['idempotency-key'], body);
  if (request === undefined) return answer(call, 400, { title: problem });

  const entry = await gateway.commit.record(request);
  if (!entry.isSameRequest) {
    const title = `Idempotency-Key "${request.idempotencyKey}" was used for something else.`;
    return answer(call, 422, { title });
  }
  const behaviour = entry.requests === 1 ? behaviourFor(request.orderId) : 'answers';
  if (behaviour === 'loses-the-answer') return socket.destroy();
  if (behaviour === 'answers-late') await gateway.waitBeforeLateAnswer();
  if (entry.status === 'declined') {
    return answer(call, 402, { status: entry.status, reason: entry.reason });
  }
  const name = kind === 'charge' ? 'chargeId' : 'refundId';
  return answer(call, 201, { [name]: entry.id, status: entry.status });
}

function switchTo(gateway: Gateway, isOff: boolean, call: Call): void {
  gateway.isOff = isOff;
  answerStatus(gateway, call);
}

function answerStatus({ isOff }: Gateway, call: Call): void {
  answer(call, 200, { status: isOff ? 'off' : 'on' });
}

function answer({ response }: Call, status: number, body: Readonly<Record<string, unknown>>) {
  const isProblem = 'title' in body;
  const text = JSON.stringify(isProblem ? { status, ...body } : body);
  response.writeHead(status, {
    'content-type': isProblem ? 'application/problem+json' : 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const bodyCharactersMax = 10_000;

function bodyOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (piece: string) => {
      if (body.length <= bodyCharactersMax) body += piece;
      else reject(new RangeError(`The body has more than ${bodyCharactersMax} characters.`));
    });
    incoming.on('end', () => resolve(body));
    incoming.on('error', reject);
  });
}
