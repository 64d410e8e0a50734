import { type ComponentType, type LazyExoticComponent, Suspense, lazy } from 'react';
import type { Pulse } from '../../src/console/api.ts';
import { AboutProvider, useAbout } from './api/about.tsx';
import { PulseProvider, usePulse } from './api/pulse.tsx';
import { Empty } from './parts/empty.tsx';
import { type Level, LevelSign, better, worse } from './parts/level.tsx';
import { Link } from './parts/link.tsx';
import { hrefTo, useRoute } from './route.ts';

interface View {
  readonly name: string;
  readonly title: string;
  readonly page: LazyExoticComponent<ComponentType>;
}

/** What there is to see. Each view is loaded when somebody first goes there. */
const VIEWS: readonly View[] = [
  view('map', 'Map', async () => (await import('./views/map/map-view.tsx')).MapView),
  view('trace', 'Trace', async () => (await import('./views/trace/trace-view.tsx')).TraceView),
  view('log', 'Log', async () => (await import('./views/log/log-view.tsx')).LogView),
  view(
    'subscriptions',
    'Subscriptions',
    async () => (await import('./views/subscriptions/subscriptions-view.tsx')).SubscriptionsView,
  ),
  view('parked', 'Parked', async () => (await import('./views/parked/parked-view.tsx')).ParkedView),
  view(
    'processes',
    'Processes & timers',
    async () => (await import('./views/processes/processes-view.tsx')).ProcessesView,
  ),
  view(
    'contracts',
    'Contracts',
    async () => (await import('./views/contracts/contracts-view.tsx')).ContractsView,
  ),
];

function view(name: string, title: string, load: () => Promise<ComponentType>): View {
  return { name, title, page: lazy(async () => ({ default: await load() })) };
}

export function App() {
  return (
    <AboutProvider>
      <PulseProvider>
        <Page />
      </PulseProvider>
    </AboutProvider>
  );
}

function Page() {
  const route = useRoute();
  const shown = VIEWS.find(({ name }) => name === route.view);
  return (
    <div className="page">
      <a className="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <Header />
      <nav aria-label="Views">
        {VIEWS.map(({ name, title }) => (
          <Link
            key={name}
            href={hrefTo(name)}
            aria-current={name === route.view ? 'page' : undefined}
          >
            {title}
            {name === 'parked' && <ParkedCount />}
          </Link>
        ))}
      </nav>
      <main id="main" tabIndex={-1} data-view={route.view}>
        <Suspense fallback={<p className="loading">Loading …</p>}>
          {shown === undefined ? (
            <Empty title="There is no such page">
              <Link href={hrefTo('map')}>See the map</Link>
            </Empty>
          ) : (
            <shown.page />
          )}
        </Suspense>
      </main>
    </div>
  );
}

function skipToMain(click: { preventDefault: () => void }): void {
  click.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}

function Header() {
  const { store, role, who } = useAbout();
  const { pulse, history, trouble } = usePulse();
  const level = steadyLevel(history);
  const running = pulse?.lag.contexts.filter(
    ({ running: { processes } }) => processes?.length !== 0,
  );
  return (
    <header>
      <Link href={hrefTo('map')} className="mark">
        Thereupon
      </Link>
      <span className="where" title={store}>
        {store}
      </span>
      <span className="state" role="status">
        {trouble ??
          (pulse === undefined ? (
            'Listening …'
          ) : (
            <>
              <LevelSign level={level} />{' '}
              {running?.length === 0 ? 'nothing is running' : `${running?.length} contexts running`}
            </>
          ))}
      </span>
      <span className="who" title={`You may ${role === 'operator' ? 'look and act' : 'look'}`}>
        {who === role ? role : `${who}, ${role}`}
      </span>
    </header>
  );
}

/** What has been so for three pulses: an effect that is just being performed is nothing to look after. */
function steadyLevel(history: readonly Pulse[]): Level {
  const levels = history.slice(-3).map(({ lag: { readers, unreadable } }) => {
    const level = readers.map((reader) => reader.level).reduce(worse, 'good');
    return unreadable.length > 0 ? 'bad' : level;
  });
  return levels.length === 0 ? 'good' : levels.reduce(better);
}

/** How many records wait for a person. */
function ParkedCount() {
  const { pulse } = usePulse();
  const count = (pulse?.lag.readers ?? []).reduce(
    (sum, { waiting }) => sum + (waiting.parked ?? 0),
    0,
  );
  if (count === 0) return null;
  return (
    <span className="count" aria-label={`${count} parked`}>
      {count}
    </span>
  );
}
