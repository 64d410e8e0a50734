/**
 * Where everything on a map lies: dagre ranks the nodes along the flow and keeps a place free for what is
 * written on an edge, so that nothing lies on anything else.
 */
import { Graph, layout } from '@dagrejs/dagre';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A node, or a label, by its middle. */
export type Box = Point & Size;

export interface Line {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** What is written on it. */
  readonly label?: Size;
}

/** Down the page, or to the right. */
export type Along = 'down' | 'right';

export interface Laid extends Size {
  readonly along: Along;
  readonly nodes: ReadonlyMap<string, Box>;
  readonly lines: ReadonlyMap<string, Route>;
}

export interface Route {
  /** From border to border; where there is a label, through its middle. */
  readonly points: readonly Point[];
  readonly label: Box | undefined;
}

export interface Spacing {
  readonly between: number;
  readonly ranks: number;
}

export function laidOut(
  nodes: ReadonlyMap<string, Size>,
  lines: readonly Line[],
  along: Along,
  { between, ranks }: Spacing,
): Laid {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: along === 'down' ? 'TB' : 'LR',
    nodesep: between,
    edgesep: between,
    ranksep: ranks,
  });
  for (const [id, size] of nodes) graph.setNode(id, { ...size });
  for (const { id, from, to, label } of lines)
    graph.setEdge(from, to, { ...(label ?? { width: 0, height: 0 }), labelpos: 'c' }, id);
  layout(graph);
  const boxes = new Map([...nodes.keys()].map((id) => [id, graph.node(id) as Box]));
  const routes = new Map<string, Route>();
  for (const { id, from, to, label } of lines) {
    const { x, y, points } = graph.edge(from, to, id) as unknown as Point & { points: Point[] };
    routes.set(id, { points: points.slice(1, -1), label: label && { x, y, ...label } });
  }
  return fromCorner({ along, nodes: boxes, lines: withPorts(boxes, lines, routes, along) });
}

/** Moved so that nothing begins before 0, and as large as what is on it: dagre leaves lines out of that. */
function fromCorner({ along, nodes, lines }: Pick<Laid, 'along' | 'nodes' | 'lines'>): Laid {
  const labels = [...lines.values()].flatMap(({ label }) => label ?? []);
  const corners = [...nodes.values(), ...labels].flatMap(({ x, y, width, height }) => [
    { x: x - width / 2, y: y - height / 2 },
    { x: x + width / 2, y: y + height / 2 },
  ]);
  const all = [...corners, ...[...lines.values()].flatMap(({ points }) => points)];
  const [left, top] = [Math.min(...all.map(({ x }) => x)), Math.min(...all.map(({ y }) => y))];
  const move = <At extends Point>(at: At): At => ({ ...at, x: at.x - left, y: at.y - top });
  return {
    along,
    width: Math.max(...all.map(({ x }) => x)) - left,
    height: Math.max(...all.map(({ y }) => y)) - top,
    nodes: new Map([...nodes].map(([id, box]) => [id, move(box)])),
    lines: new Map(
      [...lines].map(([id, { points, label }]) => [
        id,
        { points: points.map(move), label: label && move(label) },
      ]),
    ),
  };
}

/**
 * Lets each line leave and reach its nodes at a place of its own, in the order in which they come: dagre
 * itself points all of them at the node's middle.
 */
function withPorts(
  nodes: ReadonlyMap<string, Box>,
  lines: readonly Line[],
  routes: ReadonlyMap<string, Route>,
  along: Along,
): ReadonlyMap<string, Route> {
  const ends = lines.flatMap(({ id, from, to }) => {
    const points = (routes.get(id) as Route).points;
    const [begin, end] = [nodes.get(from) as Box, nodes.get(to) as Box];
    return [
      { id, node: from, box: begin, isEnd: false, next: points[0] ?? end },
      { id, node: to, box: end, isEnd: true, next: points.at(-1) ?? begin },
    ];
  });
  const sideOf = ({ box, next }: (typeof ends)[number]): 'before' | 'after' =>
    (along === 'down' ? next.y < box.y : next.x < box.x) ? 'before' : 'after';
  const ported = new Map<string, Point>();
  const sides = Map.groupBy(ends, (end) => `${end.node} ${sideOf(end)}`);
  for (const side of sides.values()) {
    const across = (point: Point): number => (along === 'down' ? point.x : point.y);
    side
      .toSorted((a, b) => across(a.next) - across(b.next))
      .forEach((end, index) => {
        const share = (index + 1) / (side.length + 1) - 0.5;
        const way = sideOf(end) === 'before' ? -0.5 : 0.5;
        const { box } = end;
        ported.set(
          `${end.id} ${end.isEnd}`,
          along === 'down'
            ? { x: box.x + share * box.width, y: box.y + way * box.height }
            : { x: box.x + way * box.width, y: box.y + share * box.height },
        );
      });
  }
  return new Map(
    lines.map(({ id }) => {
      const { points, label } = routes.get(id) as Route;
      const [begin, end] = [ported.get(`${id} false`), ported.get(`${id} true`)];
      return [id, { points: [begin as Point, ...points, end as Point], label }];
    }),
  );
}

/** The layout that can be shown largest in a place; never larger than it is. */
export function best(layouts: readonly Laid[], place: Size): Laid {
  const scale = ({ width, height }: Laid): number =>
    Math.min(1, place.width / width, place.height / height);
  return layouts.reduce((chosen, each) => (scale(each) > scale(chosen) ? each : chosen));
}
