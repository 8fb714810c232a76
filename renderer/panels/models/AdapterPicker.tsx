import { Button, Slider, Switch } from "@mantine/core";
import { useState } from "react";
import type { ModelInfo } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { useLive } from "../../engine/use-live.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import { formatBytes } from "../../parts/format.ts";
import { AdapterIcon } from "../../parts/icons.tsx";
import { PickerButton } from "../../parts/PickerButton.tsx";
import { RemoveAction } from "../../parts/RemoveAction.tsx";
import styles from "./AdapterPicker.module.css";

interface PickedAdapter {
  modelId: string;
  scale: number;
}

interface AdapterPickerProps {
  models: readonly ModelInfo[];
  baseId: string | null;
  picked: readonly PickedAdapter[];
  onPick: (adapters: PickedAdapter[]) => void;
  onAddFile: () => void;
}

/** Which LoRA adapters the lower row of the grid runs with, and how strongly. */
export function AdapterPicker({ models, baseId, picked, onPick, onAddFile }: AdapterPickerProps) {
  const adapters = models.filter(({ kind }) => kind === "adapter");
  const first = adapters.find(({ id }) => id === picked[0]?.modelId);
  const value =
    picked.length === 0 ? "off" : picked.length === 1 ? (first?.name ?? "removed") : `${picked.length} adapters`;
  const note = picked.length === 1 ? `× ${picked[0]!.scale}` : undefined;

  function change(modelId: string, scale: number | null): void {
    const others = picked.filter((adapter) => adapter.modelId !== modelId);
    const isNew = others.length === picked.length;
    if (scale === null) onPick(others);
    else
      onPick(
        isNew
          ? [...picked, { modelId, scale }]
          : picked.map((adapter) => (adapter.modelId === modelId ? { modelId, scale } : adapter)),
      );
  }

  return (
    <PickerButton icon={<AdapterIcon />} label="Adapter" value={value} note={note}>
      <div className={styles.picker}>
        {adapters.length === 0 && (
          <p className={styles.quiet}>No adapter yet. Add a LoRA adapter in GGUF; it stays where it lies.</p>
        )}
        {adapters.map((adapter) => (
          <AdapterRow
            key={adapter.id}
            adapter={adapter}
            baseId={baseId}
            baseName={models.find(({ id }) => id === baseId)?.name ?? "the base"}
            scale={picked.find(({ modelId }) => modelId === adapter.id)?.scale ?? null}
            onScale={(scale) => change(adapter.id, scale)}
          />
        ))}
        <Button variant="default" size="xs" onClick={onAddFile}>
          Add a GGUF adapter…
        </Button>
      </div>
    </PickerButton>
  );
}

interface AdapterRowProps {
  adapter: ModelInfo;
  baseId: string | null;
  baseName: string;
  /** Null while it is off. */
  scale: number | null;
  onScale: (scale: number | null) => void;
}

function AdapterRow({ adapter, baseId, baseName, scale, onScale }: AdapterRowProps) {
  // While it is dragged the slider moves freely; the engine hears of it once it is let go.
  const [dragged, setDragged] = useState<number | null>(null);
  const [lastScale, setLastScale] = useState(scale ?? 1);
  const shown = dragged ?? scale ?? lastScale;
  const fit = useLive(baseId === null ? null : `${baseId} ${adapter.id}`, ["models"], (engine, key, options) => {
    const [base, adapterId] = key.split(" ") as [string, string];
    return engine.models.compatibility({ baseId: base, adapterId }, options);
  });
  const removal = useCall((engine, input: { modelId: string }, options) => engine.models.remove(input, options));
  const differences = fit.value?.differences ?? [];

  return (
    <section className={styles.adapter} aria-label={adapter.name}>
      <div className={styles.title}>
        <Switch
          label={adapter.name}
          checked={scale !== null}
          onChange={(event) => onScale(event.currentTarget.checked ? lastScale : null)}
        />
        <span className={styles.scale} aria-hidden="true">
          × {shown.toFixed(2)}
        </span>
        {!adapter.bundled && (
          <RemoveAction
            what={adapter.name}
            consequence={`Fourfold forgets ${adapter.name}. Its file stays where it is.`}
            onRemove={() => void removal.run({ modelId: adapter.id })}
          />
        )}
      </div>
      <Slider
        className={styles.slider}
        size="sm"
        aria-label={`Scale of ${adapter.name}`}
        thumbLabel={`Scale of ${adapter.name}`}
        label={null}
        min={0}
        max={2}
        step={0.05}
        disabled={scale === null}
        value={shown}
        onChange={setDragged}
        onChangeEnd={(end) => {
          const rounded = Math.round(end * 100) / 100;
          setDragged(null);
          setLastScale(rounded);
          onScale(rounded);
        }}
        marks={[
          { value: 0, label: "base" },
          { value: 1, label: "1, as trained" },
          { value: 2, label: "2" },
        ]}
      />
      {adapter.summary !== "" && <p className={styles.quiet}>{adapter.summary}</p>}
      <p className={styles.facts}>{adapterFacts(adapter)}</p>
      {!adapter.present && <p className={styles.warning}>{adapter.path} is gone or was replaced since it was added.</p>}
      {fit.failure !== null && <FailureNotice failure={fit.failure} />}
      {differences.length > 0 && (
        <div className={styles.warning} role="note">
          It was trained for another base than {baseName}:
          <ul>
            {differences.map(({ what, adapter: own, base }) => (
              <li key={what}>
                {what} is {own} in the adapter and {base} in the base
              </li>
            ))}
          </ul>
        </div>
      )}
      {fit.value !== null && differences.length === 0 && <p className={styles.fits}>Fits {baseName}.</p>}
      {removal.state.status === "failed" && <FailureNotice failure={removal.state.failure} />}
    </section>
  );
}

function adapterFacts({ adapter, quantization, sizeBytes, bundled }: ModelInfo): string {
  const rank =
    adapter === null ? [] : [`rank ${adapter.rank}`, `alpha ${adapter.alpha}`, `${adapter.tensorPairs} tensor pairs`];
  return [...rank, quantization, formatBytes(sizeBytes), ...(bundled ? ["bundled"] : [])].join(" · ");
}
