import type { AdapterReport } from "../../../core/contract/training.ts";
import { plural } from "../../parts/format.ts";
import styles from "./LayerBars.module.css";

/** How strongly an adapter changes each layer of its base. */
export function LayerBars({ report }: { report: AdapterReport }) {
  const { layers, matched, unmatched, rank, alpha, probe } = report;
  const widest = Math.max(Number.MIN_VALUE, ...layers.map(({ deltaNorm }) => deltaNorm));
  return (
    <div className={styles.report}>
      <p className={styles.facts}>
        rank {rank} · alpha {alpha} · {plural(matched, "matrix", "matrices")} changed
      </p>
      <table className={styles.layers}>
        <caption>What it changes, layer by layer</caption>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col" className={styles.wide}>
              ‖ΔW‖
            </th>
          </tr>
        </thead>
        <tbody>
          {layers.map(({ layer, deltaNorm }) => (
            <tr key={layer}>
              <th scope="row">{layer}</th>
              <td className={styles.wide}>
                <span className={styles.track}>
                  <span className={styles.fill} style={{ width: `${(deltaNorm / widest) * 100}%` }} />
                </span>
                <span className={styles.number}>{deltaNorm.toPrecision(3)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {unmatched.length > 0 && (
        <p className={styles.warning}>Without a counterpart in the base: {unmatched.join(", ")}.</p>
      )}
      {probe !== null && (
        <p className={styles.facts} title={probe.text}>
          Loss on a probe text: {probe.baseLoss.toFixed(3)} by the base, {probe.adaptedLoss.toFixed(3)} with the
          adapter; its predictions differ by {probe.divergence.toPrecision(2)} nats per token
        </p>
      )}
    </div>
  );
}
