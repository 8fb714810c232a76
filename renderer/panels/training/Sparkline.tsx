import type { LossPoint } from "../../../core/contract/training.ts";
import { linePath, scaleFromZero, scaleOfSteps, thinned } from "./chart-scale.ts";
import styles from "./charts.module.css";

const [WIDTH, HEIGHT] = [72, 22];

/** The course of a run's training loss, without figures: those stand beside it. */
export function Sparkline({ points }: { points: readonly LossPoint[] }) {
  const x = scaleOfSteps(points.at(-1)?.step ?? 1, [1, WIDTH - 1], 1);
  const y = scaleFromZero(
    points.map(({ loss }) => loss),
    [HEIGHT - 1, 2],
    1,
  );
  const curve = points.map(({ step, loss }) => ({ x: x(step), y: y(loss) }));
  return (
    <svg className={styles.sparkline} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path className={styles.training} d={linePath(thinned(curve, WIDTH))} />
    </svg>
  );
}
