import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * A broker is some jars of Maven Central, which `pom.xml` names, and any Java from 17 on. They are kept
 * where Maven keeps everything; which of them make up the class path is written down beside them.
 */
export const KAFKA_VERSION = '4.1.2';

const folder = join(homedir(), '.m2', 'thereupon');
const classPathFile = join(folder, `kafka-${KAFKA_VERSION}.classpath`);
/** Some hundred megabytes, over whatever line there is. */
const fetchTimeoutMs = 600_000;

export interface KafkaInstallation {
  readonly java: string;
  readonly classPath: string;
}

/** What is on this machine already; undefined when something is missing. */
export function findKafka(): KafkaInstallation | undefined {
  const java = program('java');
  const classPath = knownClassPath();
  return java === undefined || classPath === undefined ? undefined : { java, classPath };
}

/** Gets the jars, unless they are there. Throws, with what Maven said, when they cannot be had. */
export function fetchKafka(): void {
  if (knownClassPath() !== undefined) return;
  const maven = program('mvn');
  if (maven === undefined) throw new Error('There is no "mvn" on the path.');
  mkdirSync(folder, { recursive: true });
  const file = `${classPathFile}.${process.pid}`;
  const pom = join(import.meta.dirname, 'pom.xml');
  const { status, stdout, error } = spawnSync(
    maven,
    ['-q', '-B', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${file}`],
    { encoding: 'utf8', timeout: fetchTimeoutMs },
  );
  if (status !== 0) throw new Error(`Maven got no Kafka: ${error?.message ?? stdout.trim()}`);
  renameSync(file, classPathFile);
}

/** Jars may have been cleaned away since. */
function knownClassPath(): string | undefined {
  if (!existsSync(classPathFile)) return undefined;
  const classPath = readFileSync(classPathFile, 'utf8').trim();
  return classPath.split(delimiter).every((jar) => existsSync(jar)) ? classPath : undefined;
}

function program(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((place) => join(place, name)).find((file) => existsSync(file));
}
