/** How the command line ends. Scripts rely on these numbers; they never change their meaning. */
export const EXIT = {
  /** It did what it was asked. */
  done: 0,
  /** It could not: a log cannot be read, or the like. */
  failed: 1,
  /** It was asked wrongly: unknown options, no configuration, an ID that can mean two things. */
  asked: 2,
  /** There is nothing of that ID. */
  nothing: 3,
  /** It is asked for, and nobody who runs the context has done it so far. */
  left: 4,
  /** Ctrl-C ended it before it was done: what a shell says of a program that it has ended. */
  interrupted: 130,
} as const;
