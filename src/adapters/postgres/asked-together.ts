/** So many of one kind go into one question. */
const TOGETHER_MAX = 1_000;

/**
 * Questions of one kind, each about something of its own, that come in the same turn: they share a
 * round trip. A batch of events asks for hundreds of streams or documents at one moment, and as many
 * statements cost the server and the client far more than one.
 */
export class AskedTogether<Key, Answer> {
  readonly #turn: () => Promise<void>;
  readonly #ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>;
  #asked = new Map<Key, PromiseWithResolvers<Answer | undefined>>();

  /** `ask` leaves out what there is not. `turn` resolves when all that is ready had its turn. */
  constructor(
    turn: () => Promise<void>,
    ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>,
  ) {
    this.#turn = turn;
    this.#ask = ask;
  }

  /** Undefined when there is no such thing. */
  about(key: Key): Promise<Answer | undefined> {
    const known = this.#asked.get(key);
    if (known !== undefined) return known.promise;
    const answer = Promise.withResolvers<Answer | undefined>();
    this.#asked.set(key, answer);
    if (this.#asked.size === 1) void this.#askInTurn();
    else if (this.#asked.size === TOGETHER_MAX) void this.#askNow();
    return answer.promise;
  }

  async #askInTurn(): Promise<void> {
    const mine = this.#asked;
    await this.#turn();
    if (this.#asked === mine) await this.#askNow();
  }

  async #askNow(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Map();
    try {
      const answers = await this.#ask([...asked.keys()]);
      for (const [key, { resolve }] of asked) resolve(answers.get(key));
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }
}
