import { EdgeLabelRenderer } from '@xyflow/react';
import { memo, useEffect, useMemo, useRef } from 'react';
import type { FlowEdge } from './flow-edge.tsx';

/** So far apart the dots on a line are. */
const APART = 45;
/** A line is known by a point at each of so many pixels of it. */
const STEP = 12;

/**
 * Dots that run along the lines as fast as records come. They are moved, not drawn anew, which the browser
 * does beside everything else: dashes that run along an SVG path would have all of the map painted for each frame.
 */
export function FlowDots({ edges }: { readonly edges: readonly FlowEdge[] }) {
  return (
    <EdgeLabelRenderer>
      {edges.map(({ id, data }) =>
        data === undefined || data.perSecond === 0 ? null : (
          <Dots key={id} path={data.path} perSecond={data.perSecond} />
        ),
      )}
    </EdgeLabelRenderer>
  );
}

const Dots = memo(function Dots({
  path,
  perSecond,
}: {
  readonly path: string;
  readonly perSecond: number;
}) {
  const group = useRef<HTMLDivElement>(null);
  const points = useMemo(() => pointsOn(path), [path]);
  const count = Math.max(1, Math.round(((points.length - 1) * STEP) / APART));
  useEffect(() => {
    const keyframes = points.map(({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` }));
    const dots = [...(group.current?.children ?? [])];
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    // At its first speed a dot comes to the place of the next one within a second.
    const duration = count * 1_000;
    const running = dots.map((dot, index) => {
      const animation = dot.animate(keyframes, { duration, iterations: Infinity });
      animation.currentTime = index * 1_000;
      if (isStill) animation.pause();
      return animation;
    });
    return () => running.forEach((animation) => animation.cancel());
  }, [points, count]);
  useEffect(() => {
    // Its speed alone is changed: anew, the dots would jump.
    for (const dot of group.current?.children ?? [])
      for (const animation of dot.getAnimations())
        if (animation.playState === 'running')
          animation.updatePlaybackRate(dotsPerSecond(perSecond));
  }, [perSecond, points, count]);
  return (
    <div ref={group} className="map-flow" aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
});

function pointsOn(path: string): readonly DOMPoint[] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  element.setAttribute('d', path);
  const count = Math.max(1, Math.round(element.getTotalLength() / STEP));
  const step = element.getTotalLength() / count;
  return Array.from({ length: count + 1 }, (_, index) => element.getPointAtLength(index * step));
}

/** A dot is a record; of many a second no eye could follow each, so that they gain less and less. */
function dotsPerSecond(perSecond: number): number {
  return perSecond < 3 ? perSecond : 3 + Math.log2(perSecond / 3);
}
