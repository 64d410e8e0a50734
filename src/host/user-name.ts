import { userInfo } from 'node:os';

/** As whom this process runs, for audit trails. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return 'this machine';
  }
}
