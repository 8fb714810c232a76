import { ActionIcon, Button, Checkbox, Group, Popover, Progress, Text, TextInput, Tooltip } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { LinkedFolder } from "../../../core/contract/index.ts";
import { useCall, useProgressCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import { FolderIcon, RemoveIcon, SyncIcon } from "../../parts/icons.tsx";
import { fileName } from "./intake-state.ts";
import { folderWords } from "./folder-words.ts";
import row from "./panel-row.module.css";
import styles from "./LinkedFolders.module.css";
import { FIRST_COLLECTION } from "./use-intake.ts";

/** The folders the picked collection follows, how each one stands, and the way to one more. */
export function LinkedFolders({ collectionId }: { collectionId: string | null }) {
  const list = useLive("folders", ["folders", "documents", "collections"], (engine, _key, options) =>
    engine.folders.list({}, options),
  );
  const [isLinking, setLinking] = useState(false);
  const folders = (list.value ?? []).filter((folder) => folder.collectionId === collectionId);
  return (
    <section className={styles.folders} aria-label="Linked folders">
      {folders.length > 0 && (
        <ul className={styles.list}>
          {folders.map((folder) => (
            <Folder key={folder.id} folder={folder} />
          ))}
        </ul>
      )}
      {list.failure !== null && <FailureNotice failure={list.failure} />}
      {isLinking ? (
        <LinkForm collection={collectionId ?? FIRST_COLLECTION} onDone={() => setLinking(false)} />
      ) : (
        <Button variant="default" size="xs" leftSection={<FolderIcon />} onClick={() => setLinking(true)}>
          Link a folder…
        </Button>
      )}
    </section>
  );
}

function Folder({ folder }: { folder: LinkedFolder }) {
  const { id: folderId, path, state } = folder;
  const sync = useProgressCall((engine, input: { acceptEmpty: boolean }, options) =>
    engine.folders.sync({ folderId, ...input }, options),
  );
  const isSyncing = state.status === "syncing";
  const isEmpty =
    state.status === "failed" &&
    state.failure.code === "folder_unavailable" &&
    state.failure.details.reason.includes("empty");
  return (
    <li className={styles.folder}>
      <FolderIcon />
      <div className={styles.words}>
        <span className={row.name} title={path}>
          {fileName(path)}
        </span>
        <span className={`${row.facts} ${styles.state}`} data-status={state.status} role="status">
          {folderWords(folder)}
        </span>
        {isSyncing && state.total > 0 && (
          <Progress value={(state.done / state.total) * 100} size="xs" aria-label={`Syncing ${fileName(path)}`} />
        )}
        {state.status === "watching" && state.notice !== null && <span className={row.facts}>{state.notice}</span>}
        {state.status === "failed" && (
          <span className={styles.warning}>
            {state.failure.message}{" "}
            {isEmpty && (
              <button className={styles.accept} type="button" onClick={() => void sync.run({ acceptEmpty: true })}>
                It is meant to be empty
              </button>
            )}
          </span>
        )}
      </div>
      <Tooltip label="Look through it now">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Sync ${fileName(path)}`}
          disabled={isSyncing}
          onClick={() => void sync.run({ acceptEmpty: false })}
        >
          <SyncIcon />
        </ActionIcon>
      </Tooltip>
      <UnlinkAction folder={folder} />
    </li>
  );
}

/** Following ends either way; what becomes of the documents is asked. */
function UnlinkAction({ folder: { id: folderId, path, documentCount } }: { folder: LinkedFolder }) {
  const [isAsking, setAsking] = useState(false);
  const unlink = useCall((engine, input: { documents: "keep" | "remove" }, options) =>
    engine.folders.unlink({ folderId, ...input }, options),
  );
  const choose = (documents: "keep" | "remove") => () => {
    setAsking(false);
    void unlink.run({ documents });
  };
  return (
    <Popover opened={isAsking} onChange={setAsking} position="bottom-end" width={280} trapFocus withArrow shadow="md">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Unlink ${fileName(path)}`}
          onClick={() => setAsking(!isAsking)}
        >
          <RemoveIcon />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb="xs">
          Changes in {fileName(path)} are no longer followed. What becomes of its {plural(documentCount, "document")}{" "}
          here? The files stay where they are.
        </Text>
        {unlink.state.status === "failed" && <FailureNotice failure={unlink.state.failure} />}
        <Group gap="xs" justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={choose("keep")}>
            Keep them
          </Button>
          <Button size="compact-sm" color="red" onClick={choose("remove")}>
            Remove them
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The desktop picks a folder; in a browser, which never tells a path, it is typed. */
function LinkForm({ collection, onDone }: { collection: string; onDone: () => void }) {
  const desktop = window.fourfold;
  const [path, setPath] = useState("");
  const [isPolled, setPolled] = useState(false);
  const link = useCall((engine, input: { path: string; watch: "events" | "polling" }, options) =>
    engine.folders.link({ collection, ...input }, options),
  );

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const linked = await link.run({ path: path.trim(), watch: isPolled ? "polling" : "events" });
    if (linked !== null) onDone();
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <Group gap="xs" align="end" wrap="nowrap">
        <TextInput
          className={styles.path}
          size="xs"
          label="Folder on this computer"
          placeholder="/home/ada/manuals"
          value={path}
          required
          data-autofocus
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        {desktop !== undefined && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void desktop.pickFiles("folder").then(([first]) => first !== undefined && setPath(first))}
          >
            Pick…
          </Button>
        )}
      </Group>
      <Checkbox
        size="xs"
        label="On a network drive: look for changes every half minute"
        checked={isPolled}
        onChange={(event) => setPolled(event.currentTarget.checked)}
      />
      {link.state.status === "failed" && <FailureNotice failure={link.state.failure} />}
      <Group gap="xs" justify="flex-end">
        <Button size="xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button size="xs" type="submit" disabled={path.trim() === ""} loading={link.state.status === "running"}>
          Link
        </Button>
      </Group>
    </form>
  );
}
