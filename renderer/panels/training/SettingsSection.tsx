import { Button, Checkbox, Collapse, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Collection, LoadedModel, ModelInfo } from "../../../core/contract/index.ts";
import { LORA_TARGETS, type LoraTarget } from "../../../core/contract/training.ts";
import { ModelPicker } from "../models/ModelPicker.tsx";
import { NumberText } from "./NumberText.tsx";
import { PassagesFields } from "./PassagesFields.tsx";
import { Section } from "./Section.tsx";
import {
  defaultDraft,
  frontFields,
  moreFields,
  type NumberField,
  passagesFields,
  type ReadSettings,
  type SettingsDraft,
} from "./settings-form.ts";
import styles from "./SettingsSection.module.css";

interface SettingsSectionProps {
  models: readonly ModelInfo[];
  collections: readonly Collection[];
  loaded: LoadedModel | null;
  baseId: string | null;
  onPickBase: (modelId: string) => void;
  onAddFile: () => void;
  name: string;
  /** What it is called when nothing is typed. */
  nameOffer: string;
  onName: (name: string) => void;
  draft: SettingsDraft;
  onDraft: (draft: SettingsDraft) => void;
  problems: ReadSettings["problems"];
}

/** What the adapter is made on and how. */
export function SettingsSection(props: SettingsSectionProps) {
  const { models, collections, loaded, baseId, onPickBase, onAddFile, name, nameOffer, onName } = props;
  const { draft, onDraft, problems } = props;
  const [showsMore, setShowsMore] = useState(false);
  // A problem must not hide behind a fold.
  const hasFoldedProblem = problems.targets !== undefined || moreFields.some((field) => problems[field.name]);
  const isOpen = showsMore || hasFoldedProblem;
  const fieldOf = (field: NumberField) => (
    <NumberText
      key={field.name}
      field={field}
      value={draft.numbers[field.name]}
      problem={problems[field.name]}
      onChange={(text) => onDraft({ ...draft, numbers: { ...draft.numbers, [field.name]: text } })}
    />
  );
  return (
    <Section number={2} title="Settings">
      <div className={styles.front}>
        <div className={styles.base}>
          <span className={styles.label}>Base it is made for</span>
          <ModelPicker models={models} loaded={loaded} pickedId={baseId} onPick={onPickBase} onAddFile={onAddFile} />
        </div>
        <TextInput
          size="sm"
          label="Name of the adapter"
          placeholder={nameOffer}
          maxLength={80}
          value={name}
          onChange={(event) => onName(event.currentTarget.value)}
        />
      </div>
      <div className={styles.fields}>{frontFields.map(fieldOf)}</div>
      <PassagesFields collections={collections} draft={draft} onDraft={onDraft}>
        {passagesFields.map(fieldOf)}
      </PassagesFields>
      <div>
        <Button
          className={styles.moreButton}
          size="compact-sm"
          variant="subtle"
          aria-expanded={isOpen}
          aria-controls="more-training-settings"
          onClick={() => setShowsMore(!showsMore)}
        >
          {isOpen ? "Fewer settings" : "More settings"}
        </Button>
      </div>
      <Collapse expanded={isOpen} id="more-training-settings">
        <div className={styles.more}>
          <Targets
            targets={draft.targets}
            problem={problems.targets}
            onChange={(targets) => onDraft({ ...draft, targets })}
          />
          <div className={styles.fields}>{moreFields.map(fieldOf)}</div>
          <Button variant="default" size="xs" onClick={() => onDraft(defaultDraft)}>
            Back to the defaults
          </Button>
        </div>
      </Collapse>
    </Section>
  );
}

const targetNames: Record<LoraTarget, string> = {
  attn_q: "Query",
  attn_k: "Key",
  attn_v: "Value",
  attn_output: "Attention output",
  ffn_gate: "Gate",
  ffn_up: "Up",
  ffn_down: "Down",
};

interface TargetsProps {
  targets: readonly LoraTarget[];
  problem: string | undefined;
  onChange: (targets: LoraTarget[]) => void;
}

function Targets({ targets, problem, onChange }: TargetsProps) {
  return (
    <Checkbox.Group
      label="Matrices it changes in every layer"
      size="sm"
      value={[...targets]}
      error={problem}
      onChange={(values) => onChange(LORA_TARGETS.filter((target) => values.includes(target)))}
    >
      <div className={styles.targets}>
        {LORA_TARGETS.map((target) => (
          <Checkbox key={target} size="sm" value={target} label={targetNames[target]} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
