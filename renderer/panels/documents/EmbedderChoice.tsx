import { Button, Group, Progress, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Collection, EmbedderInfo } from "../../../core/contract/index.ts";
import { useCall, useProgressCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { plural } from "../../parts/format.ts";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import styles from "./EmbedderChoice.module.css";

/** Which embedder a collection is indexed with, and its way to another one. */
export function EmbedderChoice({ collection }: { collection: Collection }) {
  const { id: collectionId, embedder, reembedding } = collection;
  const list = useLive("embedders", ["embedders", "collections"], (engine, _key, options) =>
    engine.embedders.list({}, options),
  );
  const change = useCall((engine, input: { embedderId: string }, options) =>
    engine.embedders.change({ collectionId, ...input }, options),
  );
  const removal = useCall((engine, input: { embedderId: string }, options) => engine.embedders.remove(input, options));
  const [isAdding, setAdding] = useState(false);
  const embedders = list.value ?? [];
  const shown = reembedding?.embedder.id ?? embedder.id;
  const chosen = embedders.find(({ id }) => id === shown);
  const failure = [list, change.state, removal.state].flatMap((each) =>
    "failure" in each && each.failure !== null ? [each.failure] : [],
  )[0];
  return (
    <section className={styles.choice} aria-label={`Embedder of ${collection.name}`}>
      <Group gap="xs" align="end" wrap="nowrap">
        <Select
          className={styles.select}
          size="xs"
          label={`Embedder of ${collection.name}`}
          data={optionsOf(embedders, collection)}
          value={shown}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={(embedderId) => embedderId !== null && void change.run({ embedderId })}
        />
        {chosen !== undefined && !chosen.bundled && chosen.collections.length === 0 && (
          <RemoveAction
            what={chosen.name}
            consequence={`Fourfold forgets ${chosen.name}. Its files stay where they are.`}
            onRemove={() => void removal.run({ embedderId: chosen.id })}
          />
        )}
      </Group>
      {chosen !== undefined && <p className={styles.facts}>{embedderFacts(chosen)}</p>}
      {chosen !== undefined && !chosen.present && (
        <p className={styles.warning}>{chosen.path} is gone or was replaced since it was added.</p>
      )}
      {reembedding !== null && <Reembedding collection={collection} reembedding={reembedding} />}
      {failure !== undefined && <FailureNotice failure={failure} />}
      {isAdding ? (
        <AddEmbedder onDone={() => setAdding(false)} />
      ) : (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAdding(true)}>
          Add an embedder…
        </Button>
      )}
    </section>
  );
}

interface ReembeddingProps {
  collection: Collection;
  reembedding: NonNullable<Collection["reembedding"]>;
}

function Reembedding({ collection: { id: collectionId, embedder }, reembedding }: ReembeddingProps) {
  const { state, done, total, failure } = reembedding;
  const control = useCall((engine, input: { action: "pause" | "resume" | "cancel" }, options) =>
    engine.embedders[input.action]({ collectionId }, options).then(() => null),
  );
  return (
    <div className={styles.going} role="status">
      <p className={styles.words}>
        {state === "paused" ? "Resting on the way" : "On the way"} to {reembedding.embedder.name}: {done} of{" "}
        {plural(total, "chunk")}. {embedder.name} answers until all are done.
      </p>
      <Progress value={total === 0 ? 100 : (done / total) * 100} size="sm" aria-label="Chunks embedded anew" />
      {failure !== null && <FailureNotice failure={failure} />}
      <Group gap="xs" justify="flex-end">
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void control.run({ action: "cancel" })}>
          Stay with {embedder.name}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => void control.run({ action: state === "paused" ? "resume" : "pause" })}
        >
          {state === "paused" ? "Resume" : "Pause"}
        </Button>
      </Group>
    </div>
  );
}

function AddEmbedder({ onDone }: { onDone: () => void }) {
  const [path, setPath] = useState("");
  const [queryPrefix, setQueryPrefix] = useState("");
  const [passagePrefix, setPassagePrefix] = useState("");
  const [pooling, setPooling] = useState<string | null>(null);
  const add = useProgressCall((engine, input: Parameters<typeof engine.embedders.add>[0], options) =>
    engine.embedders.add(input, options),
  );
  const { state } = add;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const added = await add.run({
      path: path.trim(),
      ...(queryPrefix !== "" && { queryPrefix }),
      ...(passagePrefix !== "" && { passagePrefix }),
      ...(pooling !== null && { pooling: pooling as EmbedderInfo["pooling"] }),
    });
    if (added !== null) onDone();
  }

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        size="xs"
        label="GGUF file or ONNX folder on this computer"
        placeholder="/home/ada/models/nomic-embed-text.gguf"
        value={path}
        required
        onChange={(event) => setPath(event.currentTarget.value)}
      />
      <Group gap="xs" grow align="end">
        <TextInput
          size="xs"
          label="Before a question"
          placeholder="as its files say"
          value={queryPrefix}
          onChange={(event) => setQueryPrefix(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Before a passage"
          placeholder="as its files say"
          value={passagePrefix}
          onChange={(event) => setPassagePrefix(event.currentTarget.value)}
        />
      </Group>
      <Select
        size="xs"
        label="Pooling"
        placeholder="as its files say"
        data={[
          { value: "mean", label: "mean of all tokens" },
          { value: "cls", label: "first token" },
          { value: "last", label: "last token" },
        ]}
        value={pooling}
        clearable
        comboboxProps={{ withinPortal: false }}
        onChange={setPooling}
      />
      {state.status === "running" && state.progress !== null && (
        <p className={styles.facts} role="status">
          {stages[state.progress.stage]} {Math.round(state.progress.fraction * 100)} %
        </p>
      )}
      {state.status === "failed" && <FailureNotice failure={state.failure} />}
      <Group gap="xs" justify="flex-end">
        <Button size="compact-xs" variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button size="compact-xs" type="submit" disabled={path.trim() === ""} loading={state.status === "running"}>
          Add
        </Button>
      </Group>
    </form>
  );
}

const stages = { checking: "Looking at it", hashing: "Hashing", trying: "Trying it out" } as const;

/** Also the present embedder of a collection made before the list knew it. */
function optionsOf(embedders: readonly EmbedderInfo[], { embedder }: Collection): { value: string; label: string }[] {
  const known = embedders.map(({ id, name, dimensions }) => ({ value: id, label: `${name} (${dimensions})` }));
  if (known.some(({ value }) => value === embedder.id)) return known;
  return [{ value: embedder.id, label: `${embedder.name} (${embedder.dimensions})` }, ...known];
}

const embedderFacts = ({ runtime, pooling, dimensions, maxTokens, queryPrefix }: EmbedderInfo): string =>
  [
    runtime.toUpperCase(),
    `${dimensions} dimensions`,
    `${pooling} pooling`,
    `${maxTokens} tokens at once`,
    ...(queryPrefix === "" ? [] : [`“${queryPrefix.trim().slice(0, 40)}” before a question`]),
  ].join(" · ");
