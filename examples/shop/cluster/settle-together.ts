/**
 * Finds out whether the processes of all contexts have nothing left to do, and lets business time go
 * on in all of them.
 *
 * Each process is asked to settle after what the others have published (see `settled` of an
 * application), and answers with what it has published itself. Whoever others have something new
 * for is asked again. When nobody is left to be asked, all had nothing to do at the same time: the
 * first that went on after its answer would have done so for something that was published after the
 * answer of its publisher, who then would have gone on before it.
 *
 * Of a context that several processes run each answers when nothing is left for any of them, so that
 * the last answer counts; all of them are asked, as any may have the timers that a new time is for.
 *
 * A process that was started again says no more than that it runs, and is asked anew.
 */
import type { SettledProcess } from './calls.ts';
import type { KeptProcess } from './kept-process.ts';

const TIMEOUT_MS = 30_000;

/** A process, and the contracts that it listens to. */
export type Settling = {
  readonly process: Pick<KeptProcess, 'contexts' | 'ask' | 'starts'>;
  readonly listensTo: ReadonlySet<string>;
};

export class SettleTogether {
  readonly #members: readonly Member[];
  #businessTime: string | undefined;

  constructor(settling: readonly Settling[]) {
    this.#members = settling.map((each) => new Member(each));
  }

  /** Something is asked of a process that neither it nor who shares its work has answered for yet. */
  begun({ contexts }: Settling['process']): void {
    for (const member of this.#members)
      if (member.process.contexts.some((name) => contexts.includes(name))) member.forget();
  }

  /** @throws {NotSettledError} when one of them takes longer than `timeoutMs`. */
  async settled({ timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<void> {
    for (;;) {
      const asked = this.#members.flatMap((member) => this.#askAgain(member, timeoutMs) ?? []);
      if (asked.length === 0) return;
      // Each answer may be news for somebody else; who is still busy need not be waited for.
      await Promise.race(asked);
    }
  }

  /** As `reachBusinessTime` of an application, in all processes: timer by timer. */
  async reachBusinessTime(time: string): Promise<void> {
    for (;;) {
      await this.settled();
      const dues = this.#members.map(({ nextTimer }) => nextTimer ?? Number.POSITIVE_INFINITY);
      const next = Math.min(...dues);
      if (next > Date.parse(time)) break;
      this.#businessTime = new Date(next).toISOString();
      for (const member of this.#members) if (member.nextTimer === next) member.forget();
    }
    // Who is not asked before has no timer that is due by then.
    this.#businessTime = time;
  }

  /** Undefined when there is nothing to ask it. */
  #askAgain(member: Member, timeoutMs: number): Promise<void> | undefined {
    const after = this.#publishedFor(member);
    return member.ask({ after, businessTime: this.#businessTime, timeoutMs });
  }

  /** Of each contract that a process listens to the token of where it was published last. */
  #publishedFor({ listensTo }: Member): readonly string[] {
    const latest = new Map<string, string>();
    for (const { published } of this.#members) {
      for (const [contract, token] of Object.entries(published)) {
        if (!listensTo.has(contract)) continue;
        const [context = '', , position] = token.split(':');
        const known = latest.get(context)?.split(':')[2];
        if (known === undefined || Number(position) > Number(known)) latest.set(context, token);
      }
    }
    return [...latest.values()];
  }
}

type Asked = {
  readonly after: readonly string[];
  readonly businessTime: string | undefined;
  readonly timeoutMs: number;
};

/** What is known of one process. */
class Member {
  readonly process: Settling['process'];
  readonly listensTo: ReadonlySet<string>;
  #answer: SettledProcess | undefined;
  /** What it has settled after, and in which of its lives. */
  #heard = '';
  #starts = 0;
  #businessTime: string | undefined;
  #asking: Promise<void> | undefined;

  constructor({ process, listensTo }: Settling) {
    this.process = process;
    this.listensTo = listensTo;
  }

  get published(): SettledProcess['published'] {
    return this.#answer?.published ?? {};
  }

  get nextTimer(): number | undefined {
    return this.#answer?.nextTimer;
  }

  /** It must be asked again, whatever others have published. */
  forget(): void {
    this.#heard = '';
  }

  ask(asked: Asked): Promise<void> | undefined {
    const { starts } = this.process;
    if (starts !== this.#starts) {
      this.#starts = starts;
      this.#businessTime = undefined;
      this.forget();
    }
    const hearing = asked.after.toSorted().join(' ') || 'nothing';
    if (this.#asking === undefined && this.#heard === hearing) return undefined;
    this.#asking ??= this.#ask(asked, hearing).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask({ after, businessTime, timeoutMs }: Asked, hearing: string): Promise<void> {
    // Before it is asked: what is begun meanwhile makes it forget.
    this.#heard = hearing;
    const isNewTime = businessTime !== this.#businessTime;
    try {
      this.#answer = (await this.process.ask({
        ask: 'settle',
        after,
        businessTime: isNewTime ? businessTime : undefined,
        timeoutMs,
      })) as SettledProcess;
      this.#businessTime = businessTime;
    } catch (error) {
      this.forget();
      // It is back soon, and is then asked anew.
      if ((error as { code?: unknown }).code !== 'process-lost') throw error;
    }
  }
}
