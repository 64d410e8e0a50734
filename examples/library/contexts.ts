/** The library's context map. Whoever brings it to life says where letters are posted. */
import { lending } from './lending/context.ts';
import { noticesBy } from './notices/context.ts';
import type { Mailbox } from './notices/mailbox.ts';

export function libraryContexts(mailbox: Mailbox) {
  return [lending, noticesBy(mailbox)];
}
