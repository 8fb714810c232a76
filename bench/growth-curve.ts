/** A curve over collection sizes. */
export interface Curve {
  name: string;
  points: { chunks: number; ms: number }[];
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 60;
const RIGHT = 150;
const TOP = 24;
const BOTTOM = 44;
/** Apart for most kinds of colour blindness; the label at the end of each line names it besides. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];

/** Milliseconds against chunks, both in powers of ten, as an SVG that reads on light and dark paper. */
export function growthCurve(curves: Curve[], title: string): string {
  const points = curves.flatMap((curve) => curve.points);
  const decades = (values: number[]): [number, number] => [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const [firstX, lastX] = decades(points.map(({ chunks }) => chunks));
  const [firstY, lastY] = decades(points.map(({ ms }) => ms));
  const x = (chunks: number): number =>
    LEFT + ((Math.log10(chunks) - firstX) / (lastX - firstX || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number): number =>
    HEIGHT - BOTTOM - ((Math.log10(ms) - firstY) / (lastY - firstY || 1)) * (HEIGHT - TOP - BOTTOM);
  const range = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
  const grid = [
    ...range(firstX, lastX).map(
      (chunks) =>
        `<path class="grid" d="M${x(chunks)} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${x(chunks)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${chunks.toLocaleString("en")}</text>`,
    ),
    ...range(firstY, lastY).map(
      (ms) =>
        `<path class="grid" d="M${LEFT} ${y(ms)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${y(ms) + 4}" text-anchor="end">${ms} ms</text>`,
    ),
  ];
  const labels = spread(curves.map((curve) => y(curve.points.at(-1)!.ms)));
  const lines = curves.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    const path = points.map(({ chunks, ms }, at) => `${at === 0 ? "M" : "L"}${x(chunks)} ${y(ms)}`).join("");
    const dots = points.map(({ chunks, ms }) => `<circle cx="${x(chunks)}" cy="${y(ms)}" r="3" fill="${colour}"/>`);
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}<text x="${WIDTH - RIGHT + 8}" y="${labels[index]! + 4}" style="fill:${colour}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<style>text{font:11px system-ui,sans-serif;fill:#767676}.grid{stroke:#767676;stroke-opacity:.25}</style>
<text x="${LEFT}" y="14">${title}</text>
${grid.join("\n")}
${lines.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">chunks in the collection</text>
</svg>
`.replaceAll(/\d+\.\d{3,}/g, (number) => Number(number).toFixed(1));
}

/** Labels that would stand on each other, moved apart in their order. */
function spread(heights: number[]): number[] {
  const order = heights.map((_, index) => index).sort((a, b) => heights[a]! - heights[b]!);
  const placed = [...heights];
  for (const [position, index] of order.entries()) {
    const above = order[position - 1];
    if (above !== undefined) placed[index] = Math.max(placed[index]!, placed[above]! + 14);
  }
  return placed;
}
