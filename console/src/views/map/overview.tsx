import type { Node } from '@xyflow/react';
import { useMemo } from 'react';
import type { Pulse } from '../../../../src/console/api.ts';
import type { FlowGraph } from '../../../../src/inspection/flow-graph.ts';
import type { SeenFlows } from '../../../../src/inspection/seen-flows.ts';
import { goTo, hrefTo } from '../../route.ts';
import { behindText } from './behind-text.ts';
import { Canvas } from './canvas.tsx';
import { ContextTable } from './context-table.tsx';
import { arrowAt, curveThrough, halves } from './curve.ts';
import type { FlowEdge } from './flow-edge.tsx';
import { type Laid, type Point, type Size, best, laidOut } from './layout.ts';
import { Legend } from './legend.tsx';
import { type Bundle, type OverviewGraph, overviewOf, shortName } from './overview-graph.ts';
import { type Rates, rateOf } from './rates.ts';
import { SeenLists } from './seen-lists.tsx';
import { backlogOf, contextStanding, intakeOf, relayOf } from './standing.ts';
import { useKept } from './use-kept.ts';
import { useWidth } from './use-width.ts';

export interface Living {
  readonly flows: FlowGraph;
  readonly seen: SeenFlows | undefined;
  readonly pulse: Pulse | undefined;
  /** Undefined until enough is heard to tell. */
  readonly rates: Rates | undefined;
}

/** All contexts, and what flows between them. */
export function Overview(living: Living) {
  const { flows, seen, pulse, rates } = living;
  const [measure, width] = useWidth();
  const graph = useMemo(() => overviewOf(flows), [flows]);
  const laid = useMemo(() => (width === 0 ? undefined : layoutOf(graph, width)), [graph, width]);
  const nodes = useKept(laid === undefined ? [] : nodesOf(graph, laid, width < NARROW, living));
  const edges = useKept(laid === undefined ? [] : edgesOf(graph, laid, living));
  return (
    <>
      <div ref={measure}>
        {laid !== undefined && (
          <Canvas
            label="Context map"
            nodes={nodes}
            edges={edges}
            width={width}
            size={laid}
            placeKey={`${width} ${graph.places.length}`}
            onNodeClick={(id) => {
              const place = graph.places.find((each) => each.id === id);
              if (place?.isOurs) goTo(hrefTo('map', [place.name]));
            }}
          />
        )}
      </div>
      <Legend />
      <ContextTable graph={graph} pulse={pulse} rates={rates} />
      <SeenLists seen={seen} unheard={graph.unheard} />
    </>
  );
}

/** Below this width boxes say less, so that what they say can be read. */
const NARROW = 620;
const CONTEXT: Size = { width: 204, height: 96 };
const SMALL_CONTEXT: Size = { width: 112, height: 70 };
const SMALL_LABEL: Size = { width: 50, height: 22 };

function contextSize(isNarrow: boolean): Size {
  return isNarrow ? SMALL_CONTEXT : CONTEXT;
}

function layoutOf({ places, bundles }: OverviewGraph, width: number): Laid {
  const isNarrow = width < NARROW;
  const sizes = new Map(places.map(({ id }) => [id, contextSize(isNarrow)]));
  const lines = bundles.map((bundle) => ({
    id: bundle.id,
    from: bundle.from.id,
    to: bundle.to.id,
    label: labelSize(bundle, isNarrow),
  }));
  const spacing = isNarrow ? { between: 8, ranks: 14 } : { between: 12, ranks: 14 };
  const down = laidOut(sizes, lines, 'down', spacing);
  const right = laidOut(sizes, lines, 'right', spacing);
  return best([down, right], { width, height: Math.max(500, innerHeight - 130) });
}

/** So large that what is written on an edge fits, with a line for what waits there. */
function labelSize({ from, contracts }: Bundle, isNarrow: boolean): Size {
  if (isNarrow) return SMALL_LABEL;
  const longest = Math.max(...contracts.map(({ name }) => shortName(name, from.name).length));
  return {
    width: Math.min(230, longest * 6.6 + 72),
    height: 27 * contracts.length + 20,
  };
}

function nodesOf(
  { places, bundles }: OverviewGraph,
  laid: Laid,
  isNarrow: boolean,
  living: Living,
): Node[] {
  const { pulse, rates, seen } = living;
  const boxes = places.map(({ id, name, isOurs }): Node => {
    const standing = pulse && isOurs ? contextStanding(pulse, rates, name) : undefined;
    const undeclared = (seen?.undeclared ?? []).filter(({ context }) => context === name).length;
    return placed(id, 'context', laid.nodes.get(id) as Point, contextSize(isNarrow), {
      isNarrow,
      name,
      isOurs,
      standing,
      undeclared,
    });
  });
  const labels = bundles.map((bundle): Node => {
    const middle = laid.lines.get(bundle.id)?.label as Point;
    const data = { isNarrow, ...bundleData(bundle, living) };
    return placed(bundle.id, 'bundle', middle, labelSize(bundle, isNarrow), data);
  });
  return [...boxes, ...labels];
}

export function placed(
  id: string,
  type: string,
  middle: Point,
  { width, height }: Size,
  data: Record<string, unknown>,
): Node {
  const position = { x: middle.x - width / 2, y: middle.y - height / 2 };
  return { id, type, position, width, height, data };
}

function bundleData({ from, to, contracts }: Bundle, living: Living) {
  const { pulse, rates } = living;
  const border = borderOf(from.name, to.name, pulse);
  const unseen = unseenIn(living);
  return {
    from: from.name,
    to: to.name,
    contracts: contracts.map(({ name, about }) => ({
      name,
      about,
      perSecond: rateOf(rates, to.name, 'incoming', [name]),
      isUnseen: unseen.has(`${to.name} ${name}`),
    })),
    trouble: border.text,
    behind: border.level === 'good' ? 0 : border.behind,
    level: border.level,
  };
}

/** What flows by now was seen, also where nobody has looked for it since. */
function unseenIn({ seen, rates }: Living): ReadonlySet<string> {
  const unseen = (seen?.unseen ?? []).filter(
    ({ context, direction, contract }) => rateOf(rates, context, direction, [contract]) === 0,
  );
  return new Set(unseen.map(({ context, contract }) => `${context} ${contract}`));
}

/** What waits between two contexts: at the publisher's relay, and at the consumer's border. */
function borderOf(from: string, to: string, pulse: Pulse | undefined) {
  const [relay, intake] = [pulse && relayOf(pulse, from), pulse && intakeOf(pulse, to, from)];
  const [given, taken] = [backlogOf(relay ? [relay] : []), backlogOf(intake ? [intake] : [])];
  const all = backlogOf([relay, intake].filter((reader) => reader !== undefined));
  const parts = [
    intake?.state === 'restored' ? 'nothing more is taken in' : '',
    all.behind > 0 && all.level !== 'good' ? behindText(all) : '',
    (all.waiting.parked ?? 0) > 0 ? `${all.waiting.parked} parked` : '',
  ];
  return {
    given,
    taken,
    level: all.level,
    behind: all.behind,
    text: parts.filter((part) => part !== '').join(', '),
  };
}

/** Each bundle is two edges: what is published runs up to its label, what is taken in runs on from there. */
function edgesOf({ bundles }: OverviewGraph, laid: Laid, living: Living): FlowEdge[] {
  const { pulse, rates } = living;
  const unseen = unseenIn(living);
  return bundles.flatMap(({ id, from, to, contracts }): FlowEdge[] => {
    const { points, label } = laid.lines.get(id) as { points: readonly Point[]; label: Point };
    const [before, after] = halves(points, label);
    const types = contracts.map(({ name }) => name);
    const { given, taken } = borderOf(from.name, to.name, pulse);
    const incoming = rateOf(rates, to.name, 'incoming', types);
    const isUnseen = types.every((type) => unseen.has(`${to.name} ${type}`));
    return [
      {
        id: `${id} out`,
        type: 'flow',
        source: from.id,
        target: id,
        data: {
          path: curveThrough(before, laid.along),
          arrow: undefined,
          perSecond: from.isOurs ? rateOf(rates, from.name, 'outgoing', types) : incoming,
          behind: given.behind,
          level: given.level,
          isUnseen,
        },
      },
      {
        id: `${id} in`,
        type: 'flow',
        source: id,
        target: to.id,
        data: {
          path: curveThrough(after, laid.along),
          arrow: arrowAt(after, laid.along),
          perSecond: incoming,
          behind: taken.behind,
          level: taken.level,
          isUnseen,
        },
      },
    ];
  });
}
