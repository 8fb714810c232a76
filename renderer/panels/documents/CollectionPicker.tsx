import { Checkbox, Radio } from "@mantine/core";
import type { Collection } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import { DocumentIcon } from "../../parts/icons.tsx";
import { PickerButton } from "../../parts/PickerButton.tsx";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import { EmbedderChoice } from "./EmbedderChoice.tsx";
import { NewCollectionForm } from "./NewCollectionForm.tsx";
import styles from "../models/ModelPicker.module.css";

interface CollectionPickerProps {
  collections: readonly Collection[];
  /** The one documents go into first, then those searched along with it. */
  pickedIds: readonly string[];
  onPick: (collectionIds: string[]) => void;
  /** The list is about to be looked at. */
  onOpen: () => void;
}

const none = "none";

/** Which documents the right column of the grid searches: of one collection, and of any others along with it. */
export function CollectionPicker({ collections, pickedIds, onPick, onOpen }: CollectionPickerProps) {
  const [pickedId = null, ...otherIds] = pickedIds;
  const picked = collections.find(({ id }) => id === pickedId);
  const searched = collections.filter(({ id }) => pickedIds.includes(id));
  const pick = (id: string | null): void =>
    onPick(id === null ? [] : [id, ...otherIds.filter((other) => other !== id)]);
  const removal = useCall((engine, input: { collectionId: string }, options) =>
    engine.collections.remove(input, options),
  );

  return (
    <PickerButton
      icon={<DocumentIcon />}
      label="Documents"
      value={picked === undefined ? "off" : [picked.name, ...moreWords(otherIds.length)].join(" ")}
      note={
        picked &&
        plural(
          searched.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
          "chunk",
        )
      }
      width={480}
      onOpen={onOpen}
    >
      <div className={styles.picker}>
        <Radio.Group
          label="Collection"
          value={pickedId ?? none}
          onChange={(value) => pick(value === none ? null : value)}
        >
          {collections.map((collection) => (
            <div key={collection.id} className={styles.row}>
              <Radio
                className={styles.choice}
                value={collection.id}
                label={collection.name}
                description={<CollectionFacts collection={collection} />}
              />
              {pickedId !== null && collection.id !== pickedId && (
                <Checkbox
                  className={styles.along}
                  size="xs"
                  label="Search too"
                  aria-label={`Search ${collection.name} too`}
                  checked={otherIds.includes(collection.id)}
                  onChange={(event) =>
                    onPick(
                      event.currentTarget.checked
                        ? [...pickedIds, collection.id]
                        : pickedIds.filter((id) => id !== collection.id),
                    )
                  }
                />
              )}
              <RemoveAction
                what={collection.name}
                consequence={
                  collection.server === null
                    ? `${plural(collection.documentCount, "document")} of ${collection.name} leave the index. The files stay where they are.`
                    : `${collection.name} leaves this workspace. It stays on ${collection.server} for everybody else.`
                }
                onRemove={() => void removal.run({ collectionId: collection.id })}
              />
            </div>
          ))}
          <div className={styles.row}>
            <Radio
              className={styles.choice}
              value={none}
              label="None"
              description="The arms with documents then say that they have none"
            />
          </div>
        </Radio.Group>
        {removal.state.status === "failed" && <FailureNotice failure={removal.state.failure} />}
        {picked?.server === null && <EmbedderChoice key={picked.id} collection={picked} />}
        <NewCollectionForm onCreated={pick} />
      </div>
    </PickerButton>
  );
}

const moreWords = (others: number): string[] => (others === 0 ? [] : [`+ ${others} more`]);

const indexNames: Record<Collection["index"]["kind"], string> = {
  exact: "exact search",
  hnsw: "HNSW index",
  building: "index being built",
  unreachable: "server out of reach",
};

function CollectionFacts({ collection }: { collection: Collection }) {
  const { documentCount, chunkCount, index, embedder, server } = collection;
  return (
    <>
      {server !== null && <span className={styles.facts}>Shared on {server}</span>}
      <span className={styles.facts}>
        {plural(documentCount, "document")} · {plural(chunkCount, "chunk")} ·{" "}
        <span title={index.reason}>{indexNames[index.kind]}</span>
      </span>
      {index.kind === "unreachable" && <span className={`${styles.facts} ${styles.warning}`}>{index.reason}</span>}
      <span className={styles.facts}>
        {embedder.name}, {embedder.dimensions} dimensions, {embedder.languages.join(", ")}
      </span>
    </>
  );
}
