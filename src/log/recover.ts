/** How a log that was restored goes on. */
export interface RecoverOptions {
  /** A position that somebody elsewhere has seen of this log. Those whom the store knows are asked. */
  readonly beyond?: number;
  /**
   * Accepts that epochs are lost which neighbours have taken in: see `EpochLostError`. Who and why
   * are kept among the operations of the log.
   */
  readonly accept?: { readonly who: string; readonly why: string };
}

/** An epoch that a log went on from. */
export interface Predecessor {
  readonly epoch: string;
  /** The last position that the log as it is now shares with that epoch. */
  readonly upTo: number;
}

/** The epoch that a restored log goes on in. */
export interface NewEpoch {
  readonly epoch: string;
  /** The epoch before, and the last position that the log still has of it. */
  readonly predecessor: Predecessor;
  /** All positions from now on are greater. */
  readonly beyond: number;
}

/** How far another context has taken a log in. */
export interface SeenByNeighbour {
  readonly neighbour: string;
  readonly epoch: string;
  readonly position: number;
}

/**
 * Neighbours have taken in of an epoch that this log knows nothing of: it is not the log that they
 * know, nor a backup of it. Nothing was changed.
 */
export class EpochLostError extends Error {
  override readonly name = 'EpochLostError';
  readonly code = 'epoch-lost';
  readonly retryable = false;
  readonly context: string;
  /** Who has taken in how much, of which epoch. */
  readonly lost: readonly SeenByNeighbour[];

  constructor(context: string, lost: readonly SeenByNeighbour[]) {
    const seen = lost.map(({ neighbour, position }) => `"${neighbour}" up to ${position}`);
    super(
      `The log of "${context}" is not the one that its neighbours know, nor a backup of that: ` +
        `${[...new Set(seen)].join(', ')}. Restore its newest backup first. Only when there is none, ` +
        'accept the loss, with who does and why: --accept-loss of thereupon log recover, or "accept" ' +
        'of Store.recover. docs/backup.md says what that means.',
    );
    this.context = context;
    this.lost = lost;
  }
}
