import { type ModelPlace, removeModel } from './remove-model.ts';

const BEING_REBUILT = ' being rebuilt';

/** What names the documents, the checkpoint and the rows of a read model that is built anew. */
export function buildingOf(model: string): string {
  return `${model}${BEING_REBUILT}`;
}

export function isBuilding(model: string): boolean {
  return model.endsWith(BEING_REBUILT);
}

/** Removes what buildings left behind that did not come to their end. For a start: none goes on. */
export async function clearCutShort(place: ModelPlace): Promise<void> {
  const { log } = place;
  const read = [...(await log.checkpoints()), ...(await log.waitingCounts())];
  const names = new Set([...(await log.models()), ...read.map(({ subscription }) => subscription)]);
  for (const name of names) if (isBuilding(name)) await removeModel(place, name);
}
