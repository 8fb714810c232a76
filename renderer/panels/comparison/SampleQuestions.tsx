import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { SampleQuestion } from "../../../core/contract/index.ts";
import styles from "./SampleQuestions.module.css";

/** As many as stand in two rows; the rest is one click away. */
const SHOWN_AT_FIRST = 5;

/** Questions that belong to the sample documents, one click each. */
export function SampleQuestions({
  questions,
  onAsk,
}: {
  questions: readonly SampleQuestion[];
  onAsk: (question: string) => void;
}) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? questions : questions.slice(0, SHOWN_AT_FIRST);
  return (
    <div className={styles.samples} role="group" aria-label="Sample questions">
      {shown.map(({ question, note }) => (
        <UnstyledButton key={question} className={styles.chip} title={note} onClick={() => onAsk(question)}>
          {question}
        </UnstyledButton>
      ))}
      {questions.length > SHOWN_AT_FIRST && (
        <UnstyledButton className={styles.more} onClick={() => setShowsAll(!showsAll)} aria-expanded={showsAll}>
          {showsAll ? "Fewer" : `${questions.length - SHOWN_AT_FIRST} more`}
        </UnstyledButton>
      )}
    </div>
  );
}

/** For a sample question: what the documents say, to hold the four answers against. */
export function ExpectedAnswer({ sample: { expected, document, note } }: { sample: SampleQuestion }) {
  return (
    <p className={styles.expected}>
      <span>
        Expected: <strong>{expected}</strong>
        {document !== null && <> ({document})</>}
      </span>{" "}
      <span className={styles.note}>{note}</span>
    </p>
  );
}
