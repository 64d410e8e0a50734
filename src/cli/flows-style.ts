/** The colours of a picture of flows, for light and for dark. */
export const STYLE = `
svg { color-scheme: light dark; }
text { font-family: Helvetica, Arial, 'Liberation Sans', sans-serif; fill: #1f2328; }
.graph > polygon { fill: #ffffff; stroke: none; }
.node path, .node polygon, .node polyline, .node ellipse { fill: #f6f8fa; stroke: #59636e; }
.edge path { stroke: #59636e; }
.edge polygon { fill: #59636e; stroke: #59636e; }
.context path { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5; }
.context text:first-of-type, .aggregate text:first-of-type { font-weight: bold; }
.node text:not(:first-of-type) { font-size: 11px; fill: #59636e; }
.edge text { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
.external path { stroke-dasharray: 5 3; }
.contract polygon, .contract polyline { fill: #fff8c5; stroke: #9a6700; }
.event path { fill: #ffebe0; stroke: #bc4c00; }
.read-model path { fill: #dafbe1; stroke: #1a7f37; }
.process path, .timer path, .recurring path { fill: #fbefff; stroke: #8250df; }
.effect path { fill: #ffeff7; stroke: #bf3989; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .node text:not(:first-of-type) { fill: #b7bfc8; }
  .edge text { stroke: #0d1117; }
  .graph > polygon { fill: #0d1117; }
  .node path, .node polygon, .node polyline, .node ellipse { fill: #1c2128; stroke: #9198a1; }
  .edge path { stroke: #9198a1; }
  .edge polygon { fill: #9198a1; stroke: #9198a1; }
  .context path { fill: #0c2d6b; stroke: #58a6ff; }
  .contract polygon, .contract polyline { fill: #3b2300; stroke: #d29922; }
  .event path { fill: #3d1300; stroke: #f0883e; }
  .read-model path { fill: #033a16; stroke: #3fb950; }
  .process path, .timer path, .recurring path { fill: #2b1a4a; stroke: #a371f7; }
  .effect path { fill: #42062a; stroke: #f778ba; }
}
`;
