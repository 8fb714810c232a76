import { VisuallyHidden } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { DatasetReport } from "../../../core/contract/training.ts";
import { plural } from "../../parts/format.ts";
import { scaleFromZero } from "./chart-scale.ts";
import styles from "./charts.module.css";
import { lengthBars } from "./histogram.ts";

const HEIGHT = 140;
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 4, 24, 34];

/** How long the examples are, in tokens of the base. */
export function LengthHistogram({ lengths }: { lengths: NonNullable<DatasetReport["lengths"]> }) {
  const { ref, width } = useElementSize();
  const bars = lengthBars(lengths.histogram, lengths.sequenceLength);
  if (bars.length === 0) return null;
  const inner = Math.max(0, width - LEFT - RIGHT);
  const slot = inner / bars.length;
  const y = scaleFromZero(
    bars.map(({ examples }) => examples),
    [HEIGHT - BOTTOM, TOP],
    3,
  );
  return (
    <figure className={styles.figure} ref={ref}>
      <svg className={styles.chart} width={width} height={HEIGHT} aria-hidden="true">
        {y.ticks.map((tick) => (
          <g key={tick}>
            <line className={styles.grid} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text className={styles.tick} x={LEFT - 6} y={y(tick)} dy="0.35em" textAnchor="end">
              {tick.toLocaleString("en")}
            </text>
          </g>
        ))}
        {bars.map(({ upTo, examples, isTooLong }, index) => (
          <g key={upTo}>
            <rect
              className={styles.bar}
              data-tone={isTooLong ? "warning" : undefined}
              x={LEFT + index * slot + slot * 0.14}
              width={slot * 0.72}
              y={y(examples)}
              height={y(0) - y(examples)}
              rx={2}
            />
            <text className={styles.tick} x={LEFT + (index + 0.5) * slot} y={HEIGHT - BOTTOM + 14} textAnchor="middle">
              ≤ {upTo.toLocaleString("en")}
            </text>
          </g>
        ))}
        <text className={styles.axis} x={LEFT + inner / 2} y={HEIGHT - 4} textAnchor="middle">
          tokens per example
        </text>
        <text className={styles.axis} x={0} y={9}>
          examples
        </text>
      </svg>
      <VisuallyHidden>
        <table>
          <caption>Examples by their length in tokens</caption>
          <thead>
            <tr>
              <th scope="col">Tokens</th>
              <th scope="col">Examples</th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ from, upTo, examples, isTooLong }) => (
              <tr key={upTo}>
                <th scope="row">
                  {from} to {upTo}
                </th>
                <td>
                  {examples}
                  {isTooLong && ", left out"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
      <figcaption className={styles.caption}>
        Half are at most {plural(Math.round(lengths.median), "token")}, 95 % at most {lengths.p95.toLocaleString("en")},
        the longest {lengths.longest.toLocaleString("en")} · sequences of {lengths.sequenceLength.toLocaleString("en")}{" "}
        · {plural(lengths.totalTokens, "token")}, {lengths.answerTokens.toLocaleString("en")} of them answers
      </figcaption>
    </figure>
  );
}
