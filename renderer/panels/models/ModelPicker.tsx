import { Button, Group, NumberInput, Radio } from "@mantine/core";
import { useState } from "react";
import type { LoadedModel, ModelInfo } from "../../../core/contract/index.ts";
import { useCall, useProgressCall } from "../../engine/use-call.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes, formatCount, formatMs, formatSpeed } from "../../parts/format.ts";
import { ModelIcon } from "../../parts/icons.tsx";
import { LoadingLine } from "../../parts/LoadingLine.tsx";
import { PickerButton } from "../../parts/PickerButton.tsx";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import { contextNote, threadLimit } from "./load-limits.ts";
import styles from "./ModelPicker.module.css";

interface ModelPickerProps {
  models: readonly ModelInfo[];
  loaded: LoadedModel | null;
  pickedId: string | null;
  onPick: (modelId: string) => void;
  onAddFile: () => void;
}

/** Which base answers, and what it takes in memory. */
export function ModelPicker({ models, loaded, pickedId, onPick, onAddFile }: ModelPickerProps) {
  const bases = models.filter(({ kind }) => kind === "base");
  const picked = bases.find(({ id }) => id === pickedId);
  const isLoaded = picked !== undefined && loaded?.modelId === picked.id;
  const removal = useCall((engine, input: { modelId: string }, options) => engine.models.remove(input, options));
  const note = picked === undefined ? undefined : isLoaded ? `${picked.quantization} · loaded` : picked.quantization;
  return (
    <PickerButton icon={<ModelIcon />} label="Model" value={picked?.name ?? "none"} note={note}>
      <div className={styles.picker}>
        {bases.length === 0 && <p>No base model yet. Add a GGUF file; it stays where it lies.</p>}
        <Radio.Group label="Base model" value={pickedId} onChange={onPick}>
          {bases.map((model) => (
            <div key={model.id} className={styles.row}>
              <Radio
                className={styles.choice}
                value={model.id}
                label={model.name}
                description={
                  <>
                    {model.summary !== "" && <span className={styles.summary}>{model.summary}</span>}
                    <span className={styles.facts}>{baseFacts(model)}</span>
                  </>
                }
              />
              {!model.bundled && (
                <RemoveAction
                  what={model.name}
                  consequence={`Fourfold forgets ${model.name}. Its file stays where it is.`}
                  onRemove={() => void removal.run({ modelId: model.id })}
                />
              )}
            </div>
          ))}
        </Radio.Group>
        {removal.state.status === "failed" && <FailureNotice failure={removal.state.failure} />}
        {picked !== undefined && !picked.present && (
          <p className={styles.warning}>
            {picked.path} is gone or was replaced since it was added. Put it back, or add the new file.
          </p>
        )}
        {picked !== undefined && <LoadControls key={picked.id} model={picked} loaded={isLoaded ? loaded : null} />}
        <Button variant="default" size="xs" onClick={onAddFile}>
          Add a GGUF file…
        </Button>
      </div>
    </PickerButton>
  );
}

/** Load and unload, with what may be chosen first: a model is also loaded by the first question. */
function LoadControls({ model, loaded }: { model: ModelInfo; loaded: LoadedModel | null }) {
  const [contextSize, setContextSize] = useState<number | null>(null);
  const [threads, setThreads] = useState<number | null>(null);
  const load = useProgressCall((engine, input: { modelId: string; contextSize?: number; threads?: number }, options) =>
    engine.models.load(input, options),
  );
  const unload = useCall((engine, input: Record<never, never>, options) => engine.models.unload(input, options));
  const mostThreads = threadLimit(navigator.hardwareConcurrency);
  const tooLong = contextNote(contextSize ?? model.settings.contextSize ?? null, model.trainedContextSize);
  const number = (value: string | number): number | null => (typeof value === "number" ? value : null);

  if (load.state.status === "running")
    return <LoadingLine progress={load.state.progress} what={model.name} onCancel={load.stop} />;
  return (
    <div className={styles.load}>
      {loaded !== null && <LoadedFacts loaded={loaded} />}
      {load.state.status === "failed" && <FailureNotice failure={load.state.failure} />}
      {unload.state.status === "failed" && <FailureNotice failure={unload.state.failure} />}
      <Group gap="xs" align="end" wrap="nowrap">
        <NumberInput
          size="xs"
          label="Context"
          min={64}
          step={512}
          allowDecimal={false}
          placeholder={String(loaded?.contextSize ?? model.settings.contextSize ?? "fitting")}
          value={contextSize ?? ""}
          onChange={(value) => setContextSize(number(value))}
        />
        <NumberInput
          size="xs"
          label={`Threads, up to ${mostThreads}`}
          min={1}
          max={mostThreads}
          clampBehavior="strict"
          allowDecimal={false}
          placeholder={String(loaded?.threads ?? model.settings.threads ?? "measured")}
          value={threads ?? ""}
          onChange={(value) => setThreads(number(value))}
        />
        <Button
          size="xs"
          className={styles.loadButton}
          disabled={!model.present}
          onClick={() =>
            void load.run({
              modelId: model.id,
              ...(contextSize !== null && { contextSize }),
              ...(threads !== null && { threads }),
            })
          }
        >
          {loaded === null ? "Load now" : "Reload"}
        </Button>
        {loaded !== null && (
          <Button size="xs" className={styles.loadButton} variant="default" onClick={() => void unload.run({})}>
            Unload
          </Button>
        )}
      </Group>
      {tooLong !== null && (
        <p className={styles.warning} role="status">
          {tooLong}
        </p>
      )}
    </div>
  );
}

function LoadedFacts({ loaded }: { loaded: LoadedModel }) {
  const { chatTemplate } = loaded;
  return (
    <div>
      <dl className={styles.figures}>
        <dt>Context</dt>
        <dd>{loaded.contextSize.toLocaleString("en")} tokens</dd>
        <dt>Threads</dt>
        <dd>
          {loaded.threads}
          {loaded.gpu !== null && `, on ${loaded.gpu}`}
        </dd>
        <dt>Reads</dt>
        <dd>{formatSpeed(loaded.prefillTokensPerSecond)} tokens/s</dd>
        <dt>Writes</dt>
        <dd>{formatSpeed(loaded.decodeTokensPerSecond)} tokens/s</dd>
        <dt>Memory</dt>
        <dd>{formatBytes(loaded.estimatedBytes)}, estimated</dd>
        <dt>Loaded in</dt>
        <dd>{formatMs(loaded.loadMs)}</dd>
        <dt>Template</dt>
        <dd>{chatTemplate.name}</dd>
      </dl>
      {chatTemplate.fallback && (
        <p className={styles.warning}>
          {chatTemplate.reason ?? "The file has no chat template of its own."} Answers use {chatTemplate.name} instead.
        </p>
      )}
    </div>
  );
}

function baseFacts({
  architecture,
  quantization,
  parameterCount,
  sizeBytes,
  trainedContextSize,
  bundled,
}: ModelInfo): string {
  const context = trainedContextSize === null ? [] : [`${formatCount(trainedContextSize)} context`];
  const parts = [
    architecture,
    quantization,
    `${formatCount(parameterCount)} parameters`,
    formatBytes(sizeBytes),
    ...context,
  ];
  return [...parts, ...(bundled ? ["bundled"] : [])].join(" · ");
}
