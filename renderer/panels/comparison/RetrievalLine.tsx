import { Button, Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Passage, Retrieval } from "../../../core/contract/index.ts";
import { ChevronIcon, WarningIcon } from "../../parts/icons.tsx";
import { allWords, fitsWhole, retrievalWords } from "./retrieval-words.ts";
import styles from "./RetrievalLine.module.css";

interface RetrievalLineProps {
  retrieval: Retrieval | null;
  isSearching: boolean;
  /** The passages are then those of the run it repeats. */
  isReplay: boolean;
  onOpenPassage: (passage: Passage) => void;
  /** Opens the inspector on this search. */
  onExplain: () => void;
  /** Asks the same question over whole documents. */
  onWholeDocuments: () => void;
}

/** What the search found, in one line; opened, every passage with its ranks. */
export function RetrievalLine(props: RetrievalLineProps) {
  const { retrieval, isSearching, isReplay, onOpenPassage } = props;
  const [isOpen, { toggle }] = useDisclosure(false);
  if (retrieval === null)
    return isSearching ? (
      <p className={styles.searching} role="status">
        Searching your documents…
      </p>
    ) : null;
  return (
    <div className={styles.line}>
      <div className={styles.head}>
        <UnstyledButton className={styles.summary} onClick={toggle} aria-expanded={isOpen}>
          <span className={styles.chevron} data-open={isOpen}>
            <ChevronIcon />
          </span>
          <span className={styles.words}>{retrievalWords(retrieval, isReplay)}</span>
        </UnstyledButton>
        {!retrieval.wholeDocuments && (
          <Button size="compact-xs" variant="subtle" onClick={props.onExplain}>
            Why these passages?
          </Button>
        )}
      </div>
      {retrieval.asksForAll !== null && !retrieval.wholeDocuments && (
        <p className={styles.all}>
          <span>{allWords(retrieval)}</span>
          {fitsWhole(retrieval) && (
            <Button size="compact-xs" variant="light" onClick={props.onWholeDocuments}>
              Ask over whole documents
            </Button>
          )}
        </p>
      )}
      <Collapse expanded={isOpen}>
        {retrieval.passages.length === 0 ? (
          <p className={styles.none}>Nothing in this collection matches the question, by words or by meaning.</p>
        ) : (
          <ol className={styles.passages}>
            {retrieval.passages.map((passage) => (
              <PassageRow key={passage.n} passage={passage} onOpen={onOpenPassage} />
            ))}
          </ol>
        )}
      </Collapse>
    </div>
  );
}

function PassageRow({ passage, onOpen }: { passage: Passage; onOpen: (passage: Passage) => void }) {
  const { n, document, page, heading, text, similarity, bm25Rank, vectorRank, lineRank, addressesModel } = passage;
  return (
    <li>
      <UnstyledButton className={styles.passage} onClick={() => onOpen(passage)}>
        <span className={styles.number}>{n}</span>
        <span className={styles.place}>
          <strong>{document}</strong>
          {page !== null && ` · page ${page}`}
          {heading !== null && ` · ${heading}`}
          {addressesModel.length > 0 && (
            <span className={styles.warning}>
              <WarningIcon /> speaks to the model: {addressesModel.map((words) => `“${words}”`).join(", ")}
            </span>
          )}
        </span>
        <span className={styles.ranks}>
          <span title="Rank among the matches by words (BM25)">words {bm25Rank === null ? "–" : `#${bm25Rank}`}</span>
          <span title="Rank among the matches by meaning (vectors)">
            meaning {vectorRank === null ? "–" : `#${vectorRank}`}
          </span>
          {lineRank !== null && (
            <span title="Rank among the matches by the line nearest to the question">line #{lineRank}</span>
          )}
          <span title="Cosine similarity of question and passage, −1 to 1">
            similarity {similarity === null ? "–" : similarity.toFixed(2)}
          </span>
        </span>
        <span className={styles.text}>{text}</span>
      </UnstyledButton>
    </li>
  );
}
