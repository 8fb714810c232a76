import type { Arm, Citation } from "../../../core/contract/index.ts";
import { ARMS_IN_GRID } from "../../parts/arms.ts";
import styles from "./ArmGrid.module.css";
import { ArmPane } from "./ArmPane.tsx";
import type { ComparisonView } from "./comparison-state.ts";

interface ArmGridProps {
  view: ComparisonView;
  /** What stands behind "adapter on" and "documents on", in words. */
  adapterWords: string;
  documentWords: string;
  onOpenCitation: (citation: Citation) => void;
  onOpenDetails: (arm: Arm) => void;
}

/** The 2×2: rows adapter off and on, columns documents off and on. */
export function ArmGrid({ view, adapterWords, documentWords, onOpenCitation, onOpenDetails }: ArmGridProps) {
  return (
    <div className={styles.grid}>
      <p className={styles.columnName} style={{ gridArea: "column-off" }}>
        Documents off
      </p>
      <p className={styles.columnName} style={{ gridArea: "column-on" }}>
        Documents on <span className={styles.what}>{documentWords}</span>
      </p>
      <p className={styles.rowName} style={{ gridArea: "row-off" }}>
        <span>Adapter off</span>
      </p>
      <p className={styles.rowName} style={{ gridArea: "row-on" }}>
        <span>
          Adapter on <span className={styles.what}>{adapterWords}</span>
        </span>
      </p>
      {ARMS_IN_GRID.map((arm) => (
        <div key={arm} className={styles.cell} style={{ gridArea: arm }}>
          <ArmPane
            pane={view.arms[arm]}
            position={view.order.includes(arm) ? view.order.indexOf(arm) + 1 : null}
            isSearching={view.isSearching}
            isIdle={view.status === "idle"}
            // A replay searches nothing; the time it carries is that of the run it repeats.
            retrievalMs={view.replayOf === null ? (view.retrieval?.ms ?? null) : null}
            earlier={view.earlier}
            onOpenCitation={onOpenCitation}
            onOpenDetails={onOpenDetails}
          />
        </div>
      ))}
    </div>
  );
}
