import { statfsSync } from 'node:fs';

/** The numbers by which Linux knows file systems that live on another machine. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
]);

/**
 * Refuses a directory on a network file system, where it can be told: locks and shared memory do
 * not hold there, and SQLite's WAL needs both.
 *
 * @throws {NetworkFileSystemError}
 */
export function refuseNetworkFileSystem(
  directory: string,
  typeOf: (directory: string) => number = (path) => statfsSync(path).type,
): void {
  const fileSystem = NETWORK_FILE_SYSTEMS.get(typeOf(directory));
  if (fileSystem !== undefined) throw new NetworkFileSystemError(directory, fileSystem);
}

/** The directory is on another machine's disk. */
export class NetworkFileSystemError extends Error {
  override readonly name = 'NetworkFileSystemError';
  readonly code = 'network-file-system';
  readonly retryable = false;
  readonly directory: string;
  readonly fileSystem: string;

  constructor(directory: string, fileSystem: string) {
    super(
      `${directory} is on a network file system (${fileSystem}), where an SQLite log is not safe. ` +
        'Use a directory on a disk of this machine.',
    );
    this.directory = directory;
    this.fileSystem = fileSystem;
  }
}
