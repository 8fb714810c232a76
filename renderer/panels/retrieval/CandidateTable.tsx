import { Fragment } from "react";
import type { Candidate, Explanation } from "../../../core/contract/index.ts";
import { DataTable } from "../../parts/DataTable.tsx";
import { DocumentLink } from "../../parts/DocumentLink.tsx";
import { plural } from "../../parts/format.ts";
import { WarningIcon } from "../../parts/icons.tsx";
import styles from "./CandidateTable.module.css";

interface CandidateTableProps {
  explanation: Explanation;
  onOpenPassage: (passage: Candidate) => void;
}

/** Every candidate in its order, with a line where passages end and near misses begin. */
export function CandidateTable({ explanation, onOpenPassage }: CandidateTableProps) {
  const { candidates, topK, prompts, retrieval } = explanation;
  if (candidates.length === 0) return <p className={styles.none}>Nothing matches, by words or by meaning.</p>;
  const leftOut = new Set(prompts.flatMap(({ passagesLeftOut }) => passagesLeftOut));
  const showsLines = candidates.some(({ lineRank }) => lineRank !== null);
  const showsRerank = candidates.some(({ rerankRank }) => rerankRank !== null);
  const showsMmr = candidates.some(({ mmrRank }) => mmrRank !== null);
  const columns = 6 + Number(showsLines) + Number(showsRerank) + Number(showsMmr);
  return (
    <DataTable minWidth={760}>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col" data-number title="Rank by meaning; cosine similarity of question and chunk, −1 to 1">
            Meaning
          </th>
          <th scope="col" data-number title="Rank by words; BM25, higher is better">
            Words
          </th>
          {showsLines && (
            <th
              scope="col"
              data-number
              title="Rank by the line nearest to the question, of the first candidates; cosine similarity of question and line, −1 to 1"
            >
              Nearest line
            </th>
          )}
          <th scope="col" data-number title="Rank after fusion; reciprocal rank score">
            Fused
          </th>
          {showsRerank && (
            <th scope="col" data-number title="Rank and score of the reranker">
              Rerank
            </th>
          )}
          {showsMmr && (
            <th scope="col" data-number title="Rank after diversity was weighed">
              Diverse
            </th>
          )}
          <th scope="col">Document</th>
          <th scope="col">Text</th>
        </tr>
      </thead>
      <tbody>
        {candidates.map((candidate, index) => (
          <Fragment key={`${candidate.documentId} ${candidate.chunkId}`}>
            {candidate.outcome !== "passage" && candidate.outcome !== (candidates[index - 1]?.outcome ?? "passage") && (
              <tr className={styles.cut}>
                <td colSpan={columns}>
                  <span>{cutWords(candidate.outcome, topK, retrieval.settings?.scoreFloor ?? null)}</span>
                </td>
              </tr>
            )}
            <Row
              candidate={candidate}
              isLeftOut={candidate.n !== null && leftOut.has(candidate.n)}
              showsLines={showsLines}
              showsRerank={showsRerank}
              showsMmr={showsMmr}
              onOpen={() => onOpenPassage(candidate)}
            />
          </Fragment>
        ))}
      </tbody>
    </DataTable>
  );
}

interface RowProps {
  candidate: Candidate;
  /** A passage for which the prompt has no room. */
  isLeftOut: boolean;
  showsLines: boolean;
  showsRerank: boolean;
  showsMmr: boolean;
  onOpen: () => void;
}

function Row({ candidate, isLeftOut, showsLines, showsRerank, showsMmr, onOpen }: RowProps) {
  const { n, outcome, vectorRank, similarity, bm25Rank, bm25, fusedRank, score, addressesModel } = candidate;
  const { lineRank, lineSimilarity, rerankRank, rerankScore, mmrRank, document, page, heading, text } = candidate;
  return (
    <tr className={styles.candidate} data-outcome={outcome}>
      <td>
        {n !== null && (
          <span className={styles.badge} data-left-out={isLeftOut}>
            {n}
          </span>
        )}
        {isLeftOut && <span className={styles.note}>no room</span>}
      </td>
      <Ranked rank={vectorRank} value={similarity?.toFixed(3)} />
      <Ranked rank={bm25Rank} value={bm25?.toFixed(2)} />
      {showsLines && <Ranked rank={lineRank} value={lineSimilarity?.toFixed(3)} />}
      <Ranked rank={fusedRank} value={score.toFixed(4)} />
      {showsRerank && <Ranked rank={rerankRank} value={rerankScore?.toFixed(3)} />}
      {showsMmr && <Ranked rank={mmrRank} value={undefined} />}
      <td className={styles.place}>
        <DocumentLink name={document} onOpen={onOpen} />
        <span className={styles.note}>
          {[...(page === null ? [] : [`page ${page}`]), ...(heading === null ? [] : [heading])].join(" · ")}
        </span>
      </td>
      <td className={styles.text}>
        <span className={styles.clamped}>{text}</span>
        {addressesModel.length > 0 && (
          <span className={styles.warning}>
            <WarningIcon /> Speaks to the model: {addressesModel.map((words) => `“${words}”`).join(", ")}
          </span>
        )}
      </td>
    </tr>
  );
}

function Ranked({ rank, value }: { rank: number | null; value: string | undefined }) {
  return (
    <td data-number>
      <strong>{rank === null ? "–" : `#${rank}`}</strong>
      {value !== undefined && <span className={styles.note}>{value}</span>}
    </td>
  );
}

const cutWords = (outcome: Candidate["outcome"], topK: number, scoreFloor: number | null): string =>
  outcome === "below_top_k"
    ? `Cut: the best ${plural(topK, "chunk")} ${topK === 1 ? "is a passage" : "are passages"}. Near misses:`
    : `Cut: less similar than the floor of ${scoreFloor}`;
