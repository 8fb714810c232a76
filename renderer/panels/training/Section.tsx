import type { ReactNode } from "react";
import styles from "./Section.module.css";

interface SectionProps {
  /** Its place among the steps to a trained adapter, where it is one. */
  number?: number;
  title: string;
  /** At the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** One step on the way to an adapter. */
export function Section({ number, title, aside, children }: SectionProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <header className={styles.header}>
        {number !== undefined && (
          <span className={styles.number} aria-hidden="true">
            {number}
          </span>
        )}
        <h2 className={styles.title}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
