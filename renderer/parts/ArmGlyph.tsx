import type { Arm } from "../../core/contract/index.ts";
import { ARMS_IN_GRID } from "./arms.ts";
import styles from "./ArmGlyph.module.css";

/** The 2×2 in small, with one arm's place filled: a shape beside the colour. */
export function ArmGlyph({ arm }: { arm: Arm }) {
  return (
    <svg className={styles.glyph} data-arm={arm} width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {ARMS_IN_GRID.map((place, index) => (
        <rect
          key={place}
          x={(index % 2) * 7.5 + 0.5}
          y={Math.floor(index / 2) * 7.5 + 0.5}
          width="5.5"
          height="5.5"
          rx="1.5"
          className={place === arm ? styles.filled : styles.open}
        />
      ))}
    </svg>
  );
}

/** All four places in their colours. */
export function FourfoldMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true">
      {ARMS_IN_GRID.map((place, index) => (
        <rect
          key={place}
          x={(index % 2) * 7.5}
          y={Math.floor(index / 2) * 7.5}
          width="6.5"
          height="6.5"
          rx="1.8"
          fill={`var(--arm-${place})`}
        />
      ))}
    </svg>
  );
}
