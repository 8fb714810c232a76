import { Button, Group, Radio, TextInput } from "@mantine/core";
import type { FormEvent } from "react";
import type { Collection } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import { DocumentIcon } from "../../parts/icons.tsx";
import { PickerButton } from "../../parts/PickerButton.tsx";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
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
  const creation = useCall((engine, input: { name: string }, options) => engine.collections.create(input, options));
  const removal = useCall((engine, input: { collectionId: string }, options) =>
    engine.collections.remove(input, options),
  );

  async function create(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get("name")).trim();
    if (name === "") return;
    const created = await creation.run({ name });
    if (created === null) return;
    form.reset();
    onPick(created.id);
  }

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
                consequence={`${plural(collection.documentCount, "document")} of ${collection.name} leave the index. The files stay where they are.`}
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
        <form onSubmit={(event) => void create(event)}>
          <Group gap="xs" align="end" wrap="nowrap">
            <TextInput
              name="name"
              size="xs"
              label="New collection"
              placeholder="Manuals"
              maxLength={80}
              required
              style={{ flex: 1 }}
            />
            <Button type="submit" size="xs" variant="default" loading={creation.state.status === "running"}>
              Create
            </Button>
          </Group>
        </form>
        {creation.state.status === "failed" && <FailureNotice failure={creation.state.failure} />}
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

function CollectionFacts({ collection: { documentCount, chunkCount, index, embedder } }: { collection: Collection }) {
  return (
    <>
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
