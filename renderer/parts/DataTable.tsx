import type { ReactNode } from "react";
import styles from "./DataTable.module.css";

interface DataTableProps {
  /** Where there is less room the table moves sideways in its frame. */
  minWidth: number;
  /** `thead` and `tbody`; cells with `data-number` stand at the right. */
  children: ReactNode;
}

/** A framed table of facts about documents. */
export function DataTable({ minWidth, children }: DataTableProps) {
  return (
    <div className={styles.frame}>
      <table className={styles.table} style={{ minWidth }}>
        {children}
      </table>
    </div>
  );
}
