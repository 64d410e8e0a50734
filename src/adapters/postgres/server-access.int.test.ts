/** Who may connect, to whom, and what they may do: each refusal says what to look at. */
import assert from 'node:assert/strict';
import { copyFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { giveTo } from '../../../scripts/services/process/account.ts';
import { committed, record } from '../../conformance/log/samples.ts';
import { StoreAccessError, StoreRightsError, StoreUnreachableError } from './errors.ts';
import {
  type Certificates,
  makeCertificates,
} from '../../../scripts/services/process/certificates.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
let plain: PostgresServer;
let right: Certificates;
let other: Certificates;

before(async () => {
  right = makeCertificates('localhost');
  other = makeCertificates('localhost');
  plain = await startPostgres({ storage: 'memory' });
  server = await startPostgres({ storage: 'memory' });
  await server.query(`set password_encryption = 'scram-sha-256'`);
  await server.query(`create role shop login password 'right'`);
  await server.query('create database shop owner shop');
  for (const [file, name] of [
    [right.certificate, 'server.crt'],
    [right.key, 'server.key'],
  ] as const) {
    const copy = join(server.data, name);
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    giveTo(copy, server.parts.account);
  }
  const rules = join(server.data, 'pg_hba.conf');
  const before = readFileSync(rules, 'utf8');
  writeFileSync(rules, `host all shop 127.0.0.1/32 scram-sha-256\n${before}`);
  await server.configure({ ssl: true });
});
after(async () => {
  right?.remove();
  other?.remove();
  await plain?.close();
  await server?.close();
});

test('with the right password a log opens', async () => {
  await write(asShop('right'));
});

for (const [how, password, said] of [
  ['a wrong password', 'wrong', /password authentication failed/],
  ['no password', '', /it wants a password, and none was given/],
] as const)
  test(`${how} is refused, and it is said where to look`, async () => {
    await assert.rejects(write(asShop(password)), (error) => {
      assert.ok(error instanceof StoreAccessError, String(error));
      assert.match(error.message, said);
      assert.match(error.message, /Look at user, password/);
      assert.equal(error.retryable, false);
      assert.doesNotMatch(error.message, /wrong/);
      return true;
    });
  });

test('a database that is not there is named', async () => {
  await assert.rejects(write(server.connectionStringOf('nowhere')), (error) => {
    assert.ok(error instanceof StoreAccessError);
    assert.match(error.message, /database "nowhere" does not exist\. Make it \(createdb\)/);
    return true;
  });
});

test('a host that nobody knows, and a port at which nobody answers, can be tried again', async () => {
  for (const place of ['nowhere.invalid', '127.0.0.1:1'])
    await assert.rejects(write(`postgres://postgres@${place}/postgres`), (error) => {
      assert.ok(error instanceof StoreUnreachableError);
      assert.equal(error.retryable, true);
      return true;
    });
});

test('a server is believed when the authority that one trusts vouches for its name', async () => {
  await write(overTls({ host: 'localhost', authority: right.authority }));
});

for (const [what, asked, said] of [
  ['under another name', () => ({ host: '127.0.0.1', authority: right.authority }), /127\.0\.0\.1/],
  [
    'by another authority',
    () => ({ host: 'localhost', authority: other.authority }),
    /certificate/,
  ],
  ['by nobody whom the machine knows', () => ({ host: 'localhost' }), /certificate/],
] as const)
  test(`a server that is vouched for ${what} is not believed`, async () => {
    await assert.rejects(write(overTls(asked())), (error) => {
      assert.ok(error instanceof StoreAccessError, String(error));
      assert.match(error.message, said);
      assert.match(error.message, /TLS/);
      return true;
    });
  });

test('a server without TLS is refused where TLS is asked for', async () => {
  const url = `${plain.connectionString}?sslmode=verify-full`;

  await assert.rejects(write(url), (error) => {
    assert.ok(error instanceof StoreAccessError, String(error));
    assert.match(error.message, /does not support SSL/);
    return true;
  });
});

test('who may not make a schema, or not write to the log, is told which right is missing', async () => {
  const url = await plain.createDatabase();
  await plain.query('create role reader login');
  const asReader = url.replace('postgres@', 'reader@');

  await assert.rejects(write(asReader), isAboutRights(/permission denied for database/));
  await write(url);
  await assert.rejects(write(asReader), isAboutRights(/permission denied for schema ordering/));
  await queryOnce(url, 'grant usage on schema ordering to reader');
  await queryOnce(url, 'grant select on all tables in schema ordering to reader');
  await queryOnce(url, 'grant select on all sequences in schema ordering to reader');
  await assert.rejects(write(asReader), isAboutRights(/permission denied for (sequence|table)/));
  await queryOnce(url, 'grant insert, update, delete on all tables in schema ordering to reader');
  await queryOnce(url, 'grant usage, update on all sequences in schema ordering to reader');
  await write(asReader);
});

function isAboutRights(said: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof StoreRightsError, String(error));
    assert.match(error.message, said);
    assert.match(error.message, /docs\/postgres\.md names/);
    return true;
  };
}

/** Opens a log, appends a record and closes it. */
async function write(url: string): Promise<void> {
  const log = await postgres(url).open('ordering');
  try {
    await committed(log, { records: [record()] });
  } finally {
    await log.close();
  }
}

function asShop(password: string): string {
  const url = new URL(server.connectionStringOf('shop'));
  url.username = 'shop';
  url.password = password;
  return url.href;
}

function overTls({ host, authority }: { host: string; authority?: string }): string {
  const url = new URL(server.connectionString);
  url.hostname = host;
  url.searchParams.set('sslmode', 'verify-full');
  if (authority !== undefined) url.searchParams.set('sslrootcert', authority);
  return url.href;
}
