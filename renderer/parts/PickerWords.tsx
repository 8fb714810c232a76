import styles from "./PickerWords.module.css";

interface PickerWordsProps {
  /** What is picked. */
  label: string;
  /** What is picked now, in a few words. */
  value: string;
  /** How that is, in fewer. */
  note?: string | undefined;
}

/** What a button of the header shows: two short lines. */
export function PickerWords({ label, value, note }: PickerWordsProps) {
  return (
    <span className={styles.words}>
      <span className={styles.label}>{label}</span>
      <span className={styles.value}>
        <span className={styles.name}>{value}</span> {note !== undefined && <span className={styles.note}>{note}</span>}
      </span>
    </span>
  );
}
