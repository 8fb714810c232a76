import { Button } from "@mantine/core";
import type { Explanation } from "../../../core/contract/index.ts";
import { formatMs, plural } from "../../parts/format.ts";
import styles from "./SearchFacts.module.css";

interface SearchFactsProps {
  explanation: Explanation;
  onCheckIndex: () => void;
}

/** What was searched and how long each step took, with the words that were looked up. */
export function SearchFacts({ explanation, onCheckIndex }: SearchFactsProps) {
  const { retrieval, words, searchedChunks, timings, index } = explanation;
  const { chunkCount, settings } = retrieval;
  const readsLines = settings !== null && settings.lineWeight !== 0;
  const where =
    searchedChunks === chunkCount ? plural(chunkCount, "chunk") : `${searchedChunks} of ${plural(chunkCount, "chunk")}`;
  return (
    <dl className={styles.facts}>
      <dt>Searched</dt>
      <dd>
        {where} · meaning {formatMs(timings.meaning)} ({retrieval.index === "hnsw" ? "HNSW index" : "exact search"}) ·
        words {formatMs(timings.words)}
        {readsLines && ` · lines ${formatMs(timings.lines)}`}
        {retrieval.rerankerSha256 !== null && ` · rerank ${formatMs(timings.rerank)}`}
      </dd>
      <dt>Words</dt>
      <dd className={styles.words}>
        {words.length === 0 && "none to look up"}
        {words.map(({ word, chunks, isCommon, forms }) => (
          <span key={word} className={styles.word} data-common={isCommon} title={forms.join("  or  ")}>
            {word} <span className={styles.count}>{isCommon ? "too common" : chunks}</span>
          </span>
        ))}
      </dd>
      {settings !== null && (
        <>
          <dt>Settings</dt>
          <dd>{settingsWords(settings)}</dd>
        </>
      )}
      <dt>Index</dt>
      <dd>
        {index === null ? (
          <Button size="compact-xs" variant="default" onClick={onCheckIndex}>
            Compare with exact search
          </Button>
        ) : (
          indexWords(index)
        )}
      </dd>
    </dl>
  );
}

function settingsWords(settings: NonNullable<Explanation["retrieval"]["settings"]>): string {
  const { rrfDamping, wordWeight, meaningWeight, lineWeight } = settings;
  const { candidatesPerLeg, scoreFloor, mmrLambda, reranker, expandPassages } = settings;
  return [
    `rank fusion with damping ${rrfDamping}, words × ${wordWeight}, meaning × ${meaningWeight}, nearest line × ${lineWeight ?? 0}`,
    `${candidatesPerLeg} candidates a leg`,
    ...(scoreFloor === null ? [] : [`nothing under similarity ${scoreFloor}`]),
    ...(reranker === null ? [] : [`reranked by ${reranker}`]),
    ...(mmrLambda === null ? [] : [`diversity λ ${mmrLambda}`]),
    ...(expandPassages ? ["passages widened where there is room"] : []),
  ].join(" · ");
}

function indexWords({ kind, recallAt10, indexMs, exactMs }: NonNullable<Explanation["index"]>): string {
  if (kind === "exact") return "This collection is searched exactly: nothing can be missed.";
  const missed = Math.round((1 - recallAt10) * 10);
  const found = missed === 0 ? "found all ten nearest chunks" : `missed ${missed} of the ten nearest chunks`;
  return `For this question the HNSW index ${found}: ${formatMs(indexMs)}, exact search ${formatMs(exactMs)}.`;
}
