import { Button, Drawer, Loader, TagsInput } from "@mantine/core";
import { useState } from "react";
import type { Collection, CorpusReport, DocumentUse, RetrievalFilter } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import { ConfirmButton } from "../../parts/ConfirmButton.tsx";
import { DataTable } from "../../parts/DataTable.tsx";
import { DocumentLink } from "../../parts/DocumentLink.tsx";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import drawer from "../../styles/drawer.module.css";
import styles from "./CorpusDrawer.module.css";

interface CorpusDrawerProps {
  /** Null keeps the drawer shut. */
  collection: Pick<Collection, "id" | "name" | "server"> | null;
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
      {report.value !== null && collection !== null && (
        <Report
          report={report.value}
          server={collection.server}
          onOpenDocument={onOpenDocument}
          onUseFilter={onUseFilter}
        />
      )}
    </Drawer>
  );
}

type ReportProps = { report: CorpusReport; server: Collection["server"] } & Pick<
  CorpusDrawerProps,
  "onOpenDocument" | "onUseFilter"
>;

function Report({ report, server, onOpenDocument, onUseFilter }: ReportProps) {
  const { questions, documents, suggestions } = report;
  const removal = useCall(async (engine, documentIds: string[], options) => {
    for (const documentId of documentIds) await engine.documents.remove({ documentId }, options);
  });
  const most = Math.max(1, ...documents.map(({ retrieved }) => retrieved));
  return (
    <div className={drawer.body}>
      <p className={styles.lead}>
        {questions === 0
          ? "No question has searched this collection yet; every figure below grows with the questions you ask."
          : `${plural(questions, "question")} searched ${documents.length === 1 ? "this document" : `these ${documents.length} documents`}. Replays do not count.`}
        {server !== null && " Only this workspace's own questions are counted: what colleagues ask is not known here."}
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
                  consequence={`${plural(documentIds.length, "document")} would leave the index${server === null ? "" : ` on ${server}, for everybody`}. The files stay where they are.`}
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
      <DataTable minWidth={620}>
        <thead>
          <tr>
            <th scope="col">Document</th>
            <th scope="col" title="Questions whose passages held one of it">
              Retrieved
            </th>
            <th scope="col" title="Questions with an answer that cited it" data-number>
              Cited
            </th>
            <th scope="col" data-number>
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
      </DataTable>
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
      <td>
        <DocumentLink name={name} path={path} onOpen={() => onOpenDocument({ id: documentId, name })} />
      </td>
      <td className={styles.use} title={lastRetrievedAt === null ? "Never retrieved" : `Last ${when(lastRetrievedAt)}`}>
        {retrieved > 0 && <span className={styles.bar} style={{ width: `${(60 * retrieved) / most}%` }} />}
        {retrieved === 0 ? <span className={styles.never}>never</span> : retrieved}
      </td>
      <td data-number>{cited}</td>
      <td data-number>{chunks}</td>
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
        {tagging.state.status === "failed" && <FailureNotice failure={tagging.state.failure} />}
      </td>
    </tr>
  );
}

const when = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
