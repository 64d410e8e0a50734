/** Format 4: the processes that run a context together. */
export const migration0004 = (schema: string): string => `
-- Who knows what, works on what, and when it last said that it lives. With a lock: it holds
-- (this table, its number) as long as its connection to the server does, so that the end of a
-- process is seen at once.
create table ${schema}.members (
  id text collate "C" primary key,
  number integer generated always as identity unique,
  knows json not null,
  holds json not null default '{}',
  has_lock boolean not null default false,
  beat_at timestamptz not null default clock_timestamp(),
  -- For people who look.
  host text not null,
  pid integer not null
);
`;
