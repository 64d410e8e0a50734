import { Writable } from 'node:stream';

/** The two outputs of a process. */
export interface Outputs {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>;
}

/**
 * Takes standard output for a protocol: from now on only what is written to the stream that this
 * returns goes there. What anybody else writes, such as a configuration that logs what it does, goes to
 * standard error, as one stray line would end the conversation.
 */
export function protocolOutput({ stdout, stderr }: Outputs): Writable {
  const write = stdout.write.bind(stdout) as (
    chunk: Buffer,
    done: (error?: Error | null) => void,
  ) => boolean;
  stdout.write = stderr.write.bind(stderr) as NodeJS.WriteStream['write'];
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(chunk, (error) => done(error));
    },
  });
}
