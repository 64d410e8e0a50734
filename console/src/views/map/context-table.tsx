import type { Pulse } from '../../../../src/console/api.ts';
import { LevelSign } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { countText, spanText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { stateText } from './context-node.tsx';
import type { OverviewGraph } from './overview-graph.ts';
import { type Rates, perSecondText } from './rates.ts';
import { contextStanding } from './standing.ts';
import { WaitingLinks } from './waiting-links.tsx';

/** The same as the map, as a list: for who reads rather than looks, and for small screens. */
export function ContextTable({
  graph,
  pulse,
  rates,
}: {
  readonly graph: OverviewGraph;
  readonly pulse: Pulse | undefined;
  readonly rates: Rates | undefined;
}) {
  return (
    <section className="map-section">
      <h2>Contexts</h2>
      <div className="map-scroll" role="region" aria-label="Contexts, as a table" tabIndex={0}>
        <table className="map-table">
          <thead>
            <tr>
              <th scope="col">Context</th>
              <th scope="col">Runs</th>
              <th scope="col" className="map-number">
                In
              </th>
              <th scope="col" className="map-number">
                Out
              </th>
              <th scope="col" className="map-number">
                Behind
              </th>
              <th scope="col" className="map-number">
                Oldest
              </th>
              <th scope="col">Waits</th>
              <th scope="col">Tells</th>
            </tr>
          </thead>
          <tbody>
            {graph.places
              .filter(({ isOurs }) => isOurs)
              .map(({ id, name }) => (
                <ContextRow key={id} {...{ name, graph, pulse, rates }} />
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ContextRow({
  name,
  graph,
  pulse,
  rates,
}: {
  readonly name: string;
  readonly graph: OverviewGraph;
  readonly pulse: Pulse | undefined;
  readonly rates: Rates | undefined;
}) {
  const standing = pulse && contextStanding(pulse, rates, name);
  const told = graph.bundles.filter(({ from }) => from.name === name).map(({ to }) => to.name);
  return (
    <tr data-context={name}>
      <th scope="row">
        {standing && <LevelSign level={standing.level} />}{' '}
        <Link href={hrefTo('map', [name])}>{name}</Link>
      </th>
      <td>{stateText(standing)}</td>
      <td className="map-number">{standing && perSecondText(standing.inPerSecond)}</td>
      <td className="map-number">{standing && perSecondText(standing.outPerSecond)}</td>
      <td className="map-number">
        {standing && countText(standing.behind)}
        {standing?.isMore && '+'}
      </td>
      <td className="map-number">
        {standing && standing.oldestAgeMs !== null && spanText(standing.oldestAgeMs)}
      </td>
      <td>
        <span className="map-waits">
          {standing && <WaitingLinks context={name} waiting={standing.waiting} />}
        </span>
      </td>
      <td className="quiet">{told.join(', ')}</td>
    </tr>
  );
}
