/** Answers what the main process asks of the contexts that run in this one. */
import type { Application, ReadModel } from 'thereupon';
import type { KeepPrices, ListedPrices } from '../catalogue/keep-prices.ts';
import { contexts } from '../contexts.ts';
import type { Call, SettleCall, SettledProcess } from './calls.ts';
import { OtherProcessError } from './other-process-error.ts';

/** @throws whatever the application throws. */
export async function answer(
  app: Application,
  keepPrices: KeepPrices,
  call: Exclude<Call, { ask: 'stop' }>,
): Promise<unknown> {
  switch (call.ask) {
    case 'handle':
      return app.handle(
        aggregateNamed(call.aggregate),
        call.id,
        call.command as never,
        call.options,
      );
    case 'keep-prices':
      return keepPrices(call.listed as ListedPrices);
    case 'get':
      return app.read(modelNamed(call.model)).get(call.key, call.options);
    case 'find':
      return app.read(modelNamed(call.model)).find(call.query);
    case 'count':
      return app.read(modelNamed(call.model)).count(call.where);
    case 'timers':
      return app.timers(call.selection);
    case 'health':
      return app.health();
    case 'parked':
      return app.parked();
    case 'follow-clock':
      return app.followClock();
    case 'settle':
      return settle(app, call);
  }
}

async function settle(app: Application, call: SettleCall): Promise<SettledProcess> {
  const { businessTime, after, timeoutMs } = call;
  if (businessTime !== undefined) await app.reachBusinessTime(businessTime);
  const { published, timers } = await app.settled({ after, timeoutMs });
  const next = timers.find(({ isBusinessTime }) => isBusinessTime);
  return { published, nextTimer: next && Date.parse(next.due) };
}

function aggregateNamed(name: string) {
  return found(
    contexts.flatMap(({ aggregates }) => aggregates),
    name,
  );
}

function modelNamed(name: string) {
  const model = found(
    contexts.flatMap(({ readModels }) => readModels),
    name,
  );
  return model as ReadModel<object>;
}

function found<Part extends { readonly name: string }>(parts: readonly Part[], name: string): Part {
  const part = parts.find((each) => each.name === name);
  if (part === undefined) throw new OtherProcessError(`The shop knows no "${name}".`);
  return part;
}
