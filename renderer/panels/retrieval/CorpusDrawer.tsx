import { Button, Drawer, Loader, TagsInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { CorpusReport, DocumentUse, RetrievalFilter } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import { ConfirmButton } from "../../parts/ConfirmButton.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import styles from "./CorpusDrawer.module.css";

interface CorpusDrawerProps {
  /** Null keeps the drawer shut. */
  collection: { id: string; name: string } | null;
  onClose: () => void;
  onOpenDocument: (document: { id: string; name: string }) => void;
  onUseFilter: (filter: RetrievalFilter) => void;
}

/** What the documents are worth: how often each was found and cited, and what that suggests. */
export function CorpusDrawer({ collection, onClose, onOpenDocument, onUseFilter }: CorpusDrawerProps) {
  const report = useLive(collection?.id ?? null, ["documents", "comparisons"], (engine, collectionId, options) =>
    engine.retrieval.corpus({ collectionId }, options),
  );
  return (
    <Drawer
      opened={collection !== null}
      onClose={onClose}
      position="right"
      size="min(960px, 100vw)"
      title={collection === null ? "" : `Use of the documents · ${collection.name}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {report.failure !== null && <FailureNotice failure={report.failure} />}
      {report.value === null && report.failure === null && <Loader size="sm" aria-label="Counting" />}
      {report.value !== null && (
        <Report report={report.value} onOpenDocument={onOpenDocument} onUseFilter={onUseFilter} />
      )}
    </Drawer>
  );
}

type ReportProps = { report: CorpusReport } & Pick<CorpusDrawerProps, "onOpenDocument" | "onUseFilter">;

function Report({ report, onOpenDocument, onUseFilter }: ReportProps) {
  const { questions, documents, suggestions } = report;
  const removal = useCall(async (engine, documentIds: string[], options) => {
    for (const documentId of documentIds) await engine.documents.remove({ documentId }, options);
  });
  const most = Math.max(1, ...documents.map(({ retrieved }) => retrieved));
  return (
    <div className={styles.report}>
      <p className={styles.lead}>
        {questions === 0
          ? "No question has searched this collection yet; every figure below grows with the questions you ask."
          : `${plural(questions, "question")} searched these ${plural(documents.length, "document")}. Replays do not count.`}
      </p>
      {removal.state.status === "failed" && <FailureNotice failure={removal.state.failure} />}
      {suggestions.length > 0 && (
        <ul className={styles.suggestions} aria-label="Suggestions">
          {suggestions.map(({ kind, message, filter, documentIds }) => (
            <li key={message} data-kind={kind}>
              <span>{message}</span>
              {filter !== null && (
                <Button size="compact-xs" variant="light" onClick={() => onUseFilter(filter)}>
                  Use as a filter
                </Button>
              )}
              {kind === "remove" && (
                <ConfirmButton
                  size="compact-xs"
                  variant="default"
                  consequence={`${plural(documentIds.length, "document")} would leave the index. The files stay where they are.`}
                  confirm="Remove"
                  keep="Keep"
                  onConfirm={() => void removal.run(documentIds)}
                >
                  Remove…
                </ConfirmButton>
              )}
            </li>
          ))}
        </ul>
      )}
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Document</th>
              <th scope="col" title="Questions whose passages held one of it">
                Retrieved
              </th>
              <th scope="col" title="Questions with an answer that cited it" className={styles.number}>
                Cited
              </th>
              <th scope="col" className={styles.number}>
                Chunks
              </th>
              <th scope="col">Tags</th>
            </tr>
          </thead>
          <tbody>
            {[...documents]
              .sort((a, b) => b.retrieved - a.retrieved || a.name.localeCompare(b.name))
              .map((use) => (
                <Row key={use.documentId} use={use} most={most} onOpenDocument={onOpenDocument} />
              ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

type RowProps = { use: DocumentUse; most: number } & Pick<CorpusDrawerProps, "onOpenDocument">;

function Row({ use, most, onOpenDocument }: RowProps) {
  const { documentId, name, path, retrieved, cited, chunks, tags, lastRetrievedAt } = use;
  const [draft, setDraft] = useState<string[] | null>(null);
  const tagging = useCall((engine, next: string[], options) =>
    engine.documents.tag({ documentId, tags: next }, options),
  );
  return (
    <tr>
      <td className={styles.name}>
        <UnstyledButton className={styles.open} title={path} onClick={() => onOpenDocument({ id: documentId, name })}>
          {name}
        </UnstyledButton>
      </td>
      <td className={styles.use} title={lastRetrievedAt === null ? "Never retrieved" : `Last ${when(lastRetrievedAt)}`}>
        <span className={styles.bar} style={{ width: `${(60 * retrieved) / most}%` }} />
        {retrieved === 0 ? <span className={styles.never}>never</span> : retrieved}
      </td>
      <td className={styles.number}>{cited}</td>
      <td className={styles.number}>{chunks}</td>
      <td className={styles.tags}>
        <TagsInput
          size="xs"
          aria-label={`Tags of ${name}`}
          placeholder={tags.length === 0 ? "Add a tag" : ""}
          value={draft ?? tags}
          onChange={(next) => {
            setDraft(next);
            void tagging.run(next);
          }}
        />
      </td>
    </tr>
  );
}

const when = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
