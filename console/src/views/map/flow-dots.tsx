import { EdgeLabelRenderer, useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { FlowEdge } from './flow-edge.tsx';
import type { Size } from './layout.ts';

/** So far apart the dots on a line are. */
const APART = 30;
const DIAMETER = 4.5;
const FRAME_MS = 1_000 / 30;
/** However near somebody looks, it is drawn no finer: its memory is bounded. */
const SCALE_MAX = 2;

interface Line {
  readonly text: string;
  readonly path: Path2D;
  dotsPerSecond: number;
  /** How far its dots have come since the place of the one before. */
  come: number;
}

/**
 * Dots that run along the lines as fast as records come. All are drawn on one sheet, thirty times a second:
 * a line that is animated by itself costs many times as much.
 */
export function FlowDots({
  edges,
  size,
}: {
  readonly edges: readonly FlowEdge[];
  readonly size: Size;
}) {
  const sheet = useRef<HTMLCanvasElement>(null);
  const lines = useRef<ReadonlyMap<string, Line>>(new Map());
  const store = useStoreApi();
  useEffect(() => {
    lines.current = new Map(
      edges.flatMap(({ id, data }) => {
        if (data === undefined || data.perSecond === 0) return [];
        return [[id, lineOf(data.path, data.perSecond, lines.current.get(id))]];
      }),
    );
  }, [edges]);
  useEffect(() => {
    const canvas = sheet.current;
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    let last = performance.now();
    let frame = requestAnimationFrame(function look(now) {
      frame = requestAnimationFrame(look);
      if (canvas === null || now - last < FRAME_MS * 0.9) return;
      const seconds = Math.min(0.1, (now - last) / 1_000);
      last = now;
      for (const line of lines.current.values())
        if (!still.matches) line.come = (line.come + line.dotsPerSecond * seconds) % 1;
      draw(canvas, lines.current, { size, zoom: store.getState().transform[2] });
    });
    return () => cancelAnimationFrame(frame);
  }, [size, store]);
  return (
    <EdgeLabelRenderer>
      <canvas ref={sheet} className="map-sheet" style={size} aria-hidden="true" />
    </EdgeLabelRenderer>
  );
}

/** Its dots go on from where they are; only their speed is another one. */
function lineOf(text: string, perSecond: number, before: Line | undefined): Line {
  const path = before?.text === text ? before.path : new Path2D(text);
  return { text, path, dotsPerSecond: dotsPerSecond(perSecond), come: before?.come ?? 0 };
}

/** A dot is a record; of many a second no eye could follow each, so that they gain less and less. */
function dotsPerSecond(perSecond: number): number {
  return perSecond < 3 ? perSecond : 3 + Math.log2(perSecond / 3);
}

function draw(
  canvas: HTMLCanvasElement,
  lines: ReadonlyMap<string, Line>,
  { size, zoom }: { readonly size: Size; readonly zoom: number },
): void {
  const scale = Math.min(SCALE_MAX, zoom * devicePixelRatio);
  const [width, height] = [Math.ceil(size.width * scale), Math.ceil(size.height * scale)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.lineWidth = DIAMETER;
  pen.lineCap = 'round';
  pen.setLineDash([0, APART]);
  for (const { path, come } of lines.values()) {
    pen.lineDashOffset = -come * APART;
    pen.stroke(path);
  }
}
