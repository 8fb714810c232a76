import { VisuallyHidden } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { linePath, scaleFromZero, scaleOfSteps, thinned } from "./chart-scale.ts";
import styles from "./charts.module.css";
import type { RunView } from "./training-state.ts";

const HEIGHT = 220;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 14, 26, 36];
/** Pixels below which a tick's label would touch the next. */
const TICK_ROOM = 64;

/** Loss of training and validation over the run's steps; the kept step is marked. */
export function LossChart({ view }: { view: RunView }) {
  const { ref, width } = useElementSize();
  const { points, evaluations, best, steps } = view;
  const last = Math.max(steps, points.at(-1)?.step ?? 0, evaluations.at(-1)?.step ?? 0);
  const inner = Math.max(1, width - LEFT - RIGHT);
  const x = scaleOfSteps(last, [LEFT, LEFT + inner], Math.max(2, Math.floor(inner / TICK_ROOM)));
  const losses = [...points.map(({ loss }) => loss), ...evaluations.map(({ validationLoss }) => validationLoss)];
  const y = scaleFromZero(losses, [HEIGHT - BOTTOM, TOP], 5);
  const training = points.map(({ step, loss }) => ({ x: x(step), y: y(loss) }));
  const validation = evaluations.map(({ step, validationLoss }) => ({ x: x(step), y: y(validationLoss) }));
  return (
    <figure className={styles.figure} ref={ref}>
      <div className={styles.legend} aria-hidden="true">
        <span data-curve="training">training</span>
        {validation.length > 0 && <span data-curve="validation">validation</span>}
        {best !== null && <span data-curve="best">best, step {best.step.toLocaleString("en")}</span>}
      </div>
      <svg className={styles.chart} width={width} height={HEIGHT} role="img" aria-label={summary(view)}>
        {y.ticks.map((tick) => (
          <g key={tick}>
            <line className={styles.grid} x1={LEFT} x2={LEFT + inner} y1={y(tick)} y2={y(tick)} />
            <text className={styles.tick} x={LEFT - 6} y={y(tick)} dy="0.35em" textAnchor="end">
              {tick.toLocaleString("en", { maximumSignificantDigits: 3 })}
            </text>
          </g>
        ))}
        {x.ticks.map((tick) => (
          <text key={tick} className={styles.tick} x={x(tick)} y={HEIGHT - BOTTOM + 15} textAnchor="middle">
            {tick.toLocaleString("en")}
          </text>
        ))}
        <text className={styles.axis} x={LEFT + inner / 2} y={HEIGHT - 4} textAnchor="middle">
          steps
        </text>
        <text className={styles.axis} x={0} y={10}>
          loss, nats per answer token
        </text>
        {best !== null && (
          <line className={styles.best} x1={x(best.step)} x2={x(best.step)} y1={TOP} y2={HEIGHT - BOTTOM} />
        )}
        <path className={styles.training} d={linePath(thinned(training, inner))} />
        <path className={styles.validation} d={linePath(validation)} />
        {validation.length <= 60 &&
          validation.map((point, index) => (
            <circle key={evaluations[index]!.step} className={styles.measured} cx={point.x} cy={point.y} r={2.5} />
          ))}
        {best !== null && <circle className={styles.bestPoint} cx={x(best.step)} cy={y(best.validationLoss)} r={4.5} />}
      </svg>
      {evaluations.length > 0 && <EvaluationTable view={view} />}
    </figure>
  );
}

function EvaluationTable({ view: { points, evaluations, best } }: { view: RunView }) {
  const trainingLoss = new Map(points.map(({ step, loss }) => [step, loss]));
  return (
    <VisuallyHidden>
      <table>
        <caption>Losses where the validation loss was measured</caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Training</th>
            <th scope="col">Validation</th>
          </tr>
        </thead>
        <tbody>
          {evaluations.map(({ step, validationLoss }) => (
            <tr key={step}>
              <th scope="row">
                {step}
                {step === best?.step && " (best)"}
              </th>
              <td>{trainingLoss.get(step)?.toFixed(3) ?? ""}</td>
              <td>{validationLoss.toFixed(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}

function summary({ points, best }: RunView): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return "Loss curves; no step is done yet.";
  const kept = best === null ? "" : ` Best validation loss ${best.validationLoss.toFixed(3)} at step ${best.step}.`;
  return `Training loss ${first.loss.toFixed(3)} at step ${first.step}, ${last.loss.toFixed(3)} at step ${last.step}.${kept}`;
}
