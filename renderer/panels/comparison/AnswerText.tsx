import type { Citation } from "../../../core/contract/index.ts";
import styles from "./AnswerText.module.css";
import { splitCitations } from "./split-citations.ts";

interface AnswerTextProps {
  text: string;
  citations: readonly Citation[];
  isStreaming: boolean;
  onOpenCitation: (citation: Citation) => void;
}

/** An answer with its citations as buttons, in the words the model wrote. */
export function AnswerText({ text, citations, isStreaming, onOpenCitation }: AnswerTextProps) {
  return (
    <p className={styles.answer} data-streaming={isStreaming}>
      {splitCitations(text, citations).map((piece, index) =>
        piece.kind === "text" ? (
          <span key={index}>{piece.text}</span>
        ) : (
          <CitationChip key={index} citation={piece.citation} onOpen={onOpenCitation} />
        ),
      )}
    </p>
  );
}

function CitationChip({ citation, onOpen }: { citation: Citation; onOpen: (citation: Citation) => void }) {
  const { n, document, page } = citation;
  const place = page === null ? document : `${document}, page ${page}`;
  return (
    <button
      type="button"
      className={styles.chip}
      title={place}
      aria-label={`Passage ${n}: ${place}`}
      onClick={() => onOpen(citation)}
    >
      {n}
    </button>
  );
}
