import { Radio } from "@mantine/core";
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
  pickedId: string | null;
  onPick: (collectionId: string | null) => void;
}

const none = "none";

/** Which documents the right column of the grid searches. */
export function CollectionPicker({ collections, pickedId, onPick }: CollectionPickerProps) {
  const picked = collections.find(({ id }) => id === pickedId);
  const removal = useCall((engine, input: { collectionId: string }, options) =>
    engine.collections.remove(input, options),
  );

  return (
    <PickerButton
      icon={<DocumentIcon />}
      label="Documents"
      value={picked?.name ?? "off"}
      note={picked && plural(picked.chunkCount, "chunk")}
    >
      <div className={styles.picker}>
        <Radio.Group
          label="Collection"
          value={pickedId ?? none}
          onChange={(value) => onPick(value === none ? null : value)}
        >
          {collections.map((collection) => (
            <div key={collection.id} className={styles.row}>
              <Radio
                className={styles.choice}
                value={collection.id}
                label={collection.name}
                description={<CollectionFacts collection={collection} />}
              />
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
        <NewCollectionForm onCreated={onPick} />
      </div>
    </PickerButton>
  );
}

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
      <span className={styles.facts}>
        {embedder.name}, {embedder.dimensions} dimensions, {embedder.languages.join(", ")}
      </span>
    </>
  );
}
