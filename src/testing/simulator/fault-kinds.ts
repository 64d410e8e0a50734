/**
 * All that may go wrong in a simulation, in words. Each lies in a file of its own in `faults`.
 */
export const FAULT_KINDS = {
  'crash-before': 'a process ends before a call',
  'crash-after': 'a process ends after a call, which has taken effect',
  'call-failed': 'a call fails, and has not taken effect',
  'answer-lost': 'a call takes effect, and its answer is lost',
  'slow-call': 'a call takes seconds',
  'lost-lease': 'another process takes over, and the first one does not know',
  restart: 'a process is stopped in order, and started again',
  upgrade: 'a process is started in the next release, with newer contracts',
  poison: 'a message comes that nobody can read',
  'outside-failed': 'the outside refuses an effect',
  'outside-answer-lost': 'an effect succeeds, and its answer is lost',
  'slow-handler': 'a handler is slow',
  'stuck-handler': 'a handler is stuck for longer than it may take',
  'clock-jump': 'the clock of a process jumps',
  partition: 'a context cannot reach the backbone',
  duplicate: 'a message is delivered twice',
  delay: 'a message is delivered later',
  reorder: 'a later message is delivered first',
  lose: 'a delivery is lost before it is acknowledged',
  'lose-acknowledgement': 'an acknowledgement is lost',
  refuse: 'the backbone refuses a batch',
  'lose-confirmation': 'the backbone takes a batch, and its confirmation is lost',
} as const;

/** One of the things that may go wrong, by its name. */
export type FaultKind = keyof typeof FAULT_KINDS;
