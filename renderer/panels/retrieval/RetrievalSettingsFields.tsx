import { Button, NumberInput, Switch, TextInput } from "@mantine/core";
import type { RetrievalSettings } from "../../../core/contract/index.ts";
import { useLive } from "../../engine/use-live.ts";
import styles from "./RetrievalSettingsFields.module.css";

interface RetrievalSettingsFieldsProps {
  /** What the user set; all else takes the measured default. */
  settings: Partial<RetrievalSettings>;
  onChange: (settings: Partial<RetrievalSettings>) => void;
}

/** How passages are found, for the whole workspace. */
export function RetrievalSettingsFields({ settings, onChange }: RetrievalSettingsFieldsProps) {
  const defaults = useLive("defaults", [], (engine, _key, options) => engine.retrieval.defaults({}, options)).value;
  const inForce = { ...defaults, ...settings };
  const change = (fields: Partial<RetrievalSettings>): void => onChange({ ...settings, ...fields });
  const usual = (name: keyof RetrievalSettings): string =>
    defaults === null ? "" : defaults[name] === null ? "Off" : String(defaults[name]);
  /** An emptied field goes back to its default. */
  const number = (name: keyof RetrievalSettings, value: string | number): void => {
    const { [name]: _, ...rest } = settings;
    onChange(typeof value === "number" ? { ...settings, [name]: value } : rest);
  };
  const field = (
    name:
      | "wordWeight"
      | "meaningWeight"
      | "lineWeight"
      | "rrfDamping"
      | "candidatesPerLeg"
      | "scoreFloor"
      | "mmrLambda",
  ) => ({
    placeholder: usual(name),
    value: settings[name] ?? "",
    onChange: (value: string | number) => number(name, value),
  });
  return (
    <div className={styles.fields}>
      <div className={styles.pair}>
        <NumberInput label="Weight of meaning" min={0} max={10} step={0.25} {...field("meaningWeight")} />
        <NumberInput label="Weight of words" min={0} max={10} step={0.25} {...field("wordWeight")} />
      </div>
      <NumberInput
        label="Weight of the nearest line"
        description="A chunk counts by its best line, too. Automatic: 1 with a static embedder such as ours; with another it costs seconds"
        min={0}
        max={10}
        step={0.25}
        {...field("lineWeight")}
        placeholder="Automatic"
      />
      <div className={styles.pair}>
        <NumberInput label="Rank fusion damping" min={0} max={1000} allowDecimal={false} {...field("rrfDamping")} />
        <NumberInput label="Candidates a leg" min={5} max={500} allowDecimal={false} {...field("candidatesPerLeg")} />
      </div>
      <NumberInput
        label="Score floor"
        description="Passages less similar than this (cosine, −1 to 1) are left out"
        min={-1}
        max={1}
        step={0.05}
        {...field("scoreFloor")}
      />
      <NumberInput
        label="Diversity (MMR λ)"
        description="1 keeps the order, less avoids passages that say the same; empty leaves it off"
        min={0}
        max={1}
        step={0.1}
        {...field("mmrLambda")}
      />
      <TextInput
        label="Reranker"
        description="Path of your own cross-encoder: an ONNX folder or a GGUF file"
        placeholder="None"
        defaultValue={settings.reranker ?? ""}
        onBlur={(event) => change({ reranker: event.currentTarget.value.trim() || null })}
      />
      <Switch
        label="Give passages with their surroundings"
        description="Neighbouring text of the same section, where the context has room"
        checked={inForce.expandPassages ?? false}
        onChange={(event) => change({ expandPassages: event.currentTarget.checked })}
      />
      <Switch
        label="Rewrite follow-ups before searching"
        description="The base model makes a question of them that stands alone; what was searched for is shown"
        checked={inForce.rewriteFollowUps ?? false}
        onChange={(event) => change({ rewriteFollowUps: event.currentTarget.checked })}
      />
      <Button variant="default" size="xs" onClick={() => onChange({})}>
        Back to the measured defaults
      </Button>
    </div>
  );
}
