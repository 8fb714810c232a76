import { Button, UnstyledButton } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { useRef } from "react";
import { type Collection, type Document, formatOfName } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes, plural } from "../../parts/format.ts";
import { DropIcon, WarningIcon } from "../../parts/icons.tsx";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import row from "./panel-row.module.css";
import styles from "./DocumentsPanel.module.css";
import { IntakeList } from "./IntakeList.tsx";
import { InterruptedImports } from "./InterruptedImports.tsx";
import { LinkedFolders } from "./LinkedFolders.tsx";
import type { Intake } from "./use-intake.ts";

interface DocumentsPanelProps {
  collection: Collection | null;
  intake: Intake;
  onOpenDocument: (document: Document) => void;
  /** Opens the inspector on this collection. */
  onInspect: () => void;
  /** Opens the report of how documents were used. */
  onCorpus: () => void;
}

/** The picked collection's documents, and the way in for more. */
export function DocumentsPanel({ collection, intake, onOpenDocument, onInspect, onCorpus }: DocumentsPanelProps) {
  const list = useLive(collection?.id ?? null, ["documents", "collections"], (engine, collectionId, options) =>
    engine.documents.list({ collectionId }, options),
  );
  const removal = useCall((engine, input: { documentId: string }, options) => engine.documents.remove(input, options));
  const documents = list.value ?? [];
  return (
    <aside className={styles.panel} aria-label="Documents">
      <header className={styles.header}>
        <h2>{collection?.name ?? "Documents"}</h2>
        {list.value !== null && <span>{plural(documents.length, "document")}</span>}
        {documents.length > 0 && (
          <div className={styles.insight}>
            <Button size="compact-xs" variant="subtle" onClick={onInspect}>
              Try a search
            </Button>
            <Button size="compact-xs" variant="subtle" onClick={onCorpus}>
              Use of the documents
            </Button>
          </div>
        )}
      </header>
      <DropArea intake={intake} />
      <IntakeList intake={intake} />
      {intake.view.status !== "running" && <InterruptedImports onContinue={intake.resumeImport} />}
      {collection === null || collection.server === null ? (
        <LinkedFolders collectionId={collection?.id ?? null} />
      ) : (
        <p className={styles.empty}>
          A shared collection follows no folder: its files lie on several machines. Add them here when they change.
        </p>
      )}
      {list.failure !== null && <FailureNotice failure={list.failure} />}
      {removal.state.status === "failed" && <FailureNotice failure={removal.state.failure} />}
      {list.value !== null && documents.length === 0 && (
        <p className={styles.empty}>
          This collection has no documents yet. Drop some, and the right column of the grid can read them.
        </p>
      )}
      {collection === null && (
        <p className={styles.empty}>No collection is picked. Documents you drop go into a new one.</p>
      )}
      <ul className={styles.documents}>
        {documents.map((document) => (
          <DocumentRow
            key={document.id}
            document={document}
            server={collection?.server ?? null}
            onOpen={() => onOpenDocument(document)}
            onRemove={() => void removal.run({ documentId: document.id })}
          />
        ))}
      </ul>
    </aside>
  );
}

/** Click, keys or drop; the desktop has its own pickers, which also know folders. */
function DropArea({ intake }: { intake: Intake }) {
  const folderInput = useRef<HTMLInputElement>(null);
  const desktop = window.fourfold;

  async function pick(kind: "documents" | "folder"): Promise<void> {
    if (desktop === undefined) return;
    intake.takePaths(await desktop.pickFiles(kind), kind === "folder" ? "folder" : "document");
  }

  return (
    <div className={styles.ways}>
      <Dropzone
        className={styles.drop}
        onDrop={intake.takeFiles}
        activateOnClick={desktop === undefined}
        activateOnKeyboard={desktop === undefined}
        onClick={() => void pick("documents")}
        aria-label="Add documents, models or adapters"
        inputProps={{ "aria-label": "Files to add" }}
      >
        <span className={styles.dropWords}>
          <DropIcon /> Drop files here, or click
        </span>
        <span className={styles.formats}>
          PDF, Office, Markdown, text, HTML, CSV, EPUB, mail, notebooks, code · GGUF models and adapters
        </span>
      </Dropzone>
      <Button
        variant="default"
        size="xs"
        onClick={() => (desktop === undefined ? folderInput.current?.click() : void pick("folder"))}
      >
        Add a folder…
      </Button>
      <input
        ref={folderInput}
        type="file"
        hidden
        // React does not know the attribute by another name.
        {...{ webkitdirectory: "" }}
        onChange={(event) => {
          intake.takeFiles(readableFiles([...(event.currentTarget.files ?? [])]));
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}

/** What a folder holds besides documents is left where it is, instead of failing one by one. */
const readableFiles = (files: File[]): File[] =>
  files.filter(({ name }) => formatOfName(name) !== null || /\.gguf$/i.test(name));

interface DocumentRowProps {
  document: Document;
  /** Where it is kept for everybody; null when this workspace keeps it. */
  server: string | null;
  onOpen: () => void;
  onRemove: () => void;
}

function DocumentRow({ document, server, onOpen, onRemove }: DocumentRowProps) {
  const { name, path, format, sizeBytes, chunkCount, pageCount, warnings } = document;
  const pages = pageCount === null ? [] : [plural(pageCount, "page")];
  return (
    <li className={styles.document}>
      <UnstyledButton className={styles.open} onClick={onOpen} title={path}>
        <span className={row.name}>{name}</span>
        <span className={row.facts}>
          {[format, ...pages, plural(chunkCount, "chunk"), formatBytes(sizeBytes)].join(" · ")}
        </span>
        {warnings.map(({ code, message }) => (
          <span key={code} className={styles.warning}>
            <WarningIcon /> {message}
          </span>
        ))}
      </UnstyledButton>
      <RemoveAction
        what={name}
        consequence={`${name} leaves the index${server === null ? "" : ` on ${server}, for everybody,`} with its ${plural(chunkCount, "chunk")}. The file stays where it is.`}
        onRemove={onRemove}
      />
    </li>
  );
}
