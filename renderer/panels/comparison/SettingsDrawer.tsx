import { ActionIcon, Button, Checkbox, Drawer, NumberInput, Switch, Tabs } from "@mantine/core";
import type { Arm, ModelInfo, ModelSettings, RetrievalSettings, SystemPrompts } from "../../../core/contract/index.ts";
import { ArmGlyph } from "../../parts/ArmGlyph.tsx";
import { ARMS_IN_GRID, armNames } from "../../parts/arms.ts";
import { UpIcon } from "../../parts/icons.tsx";
import { RetrievalSettingsFields } from "../retrieval/RetrievalSettingsFields.tsx";
import { type AskSettings, defaultAskSettings } from "./ask-settings.ts";
import styles from "./SettingsDrawer.module.css";
import { SystemPromptEditor } from "./SystemPromptEditor.tsx";

interface SettingsDrawerProps {
  isOpen: boolean;
  onClose: () => void;
  settings: AskSettings;
  onChange: (settings: AskSettings) => void;
  systemPrompts: SystemPrompts;
  onSystemPrompts: (prompts: SystemPrompts) => void;
  retrieval: Partial<RetrievalSettings>;
  onRetrieval: (settings: Partial<RetrievalSettings>) => void;
  /** The picked base, whose own defaults are shown; null while nothing is picked. */
  base: ModelInfo | null;
  adapters: readonly ModelInfo[];
}

/** How questions are asked: sampling, order of the arms, system prompts. */
export function SettingsDrawer(props: SettingsDrawerProps) {
  const { isOpen, onClose, settings, onChange, base } = props;
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size="md"
      title="Settings"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Tabs defaultValue="answers" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="answers">Answers</Tabs.Tab>
          <Tabs.Tab value="retrieval">Retrieval</Tabs.Tab>
          <Tabs.Tab value="prompts">System prompts</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="answers" pt="md">
          <AnswerSettings settings={settings} onChange={onChange} defaults={base?.settings ?? {}} />
        </Tabs.Panel>
        <Tabs.Panel value="retrieval" pt="md">
          <RetrievalSettingsFields settings={props.retrieval} onChange={props.onRetrieval} />
        </Tabs.Panel>
        <Tabs.Panel value="prompts" pt="md">
          <SystemPromptEditor
            systemPrompts={props.systemPrompts}
            onSystemPrompts={props.onSystemPrompts}
            adapters={props.adapters}
          />
        </Tabs.Panel>
      </Tabs>
    </Drawer>
  );
}

interface AnswerSettingsProps {
  settings: AskSettings;
  onChange: (settings: AskSettings) => void;
  /** What suits the model where a field is left empty. */
  defaults: ModelSettings;
}

function AnswerSettings({ settings, onChange, defaults }: AnswerSettingsProps) {
  const change = (fields: Partial<AskSettings>): void => onChange({ ...settings, ...fields });
  const number = (value: string | number): number | null => (typeof value === "number" ? value : null);
  const usual = (value: number | undefined): string =>
    value === undefined ? "What suits the model" : `What suits the model: ${value}`;
  return (
    <div className={styles.fields}>
      <NumberInput
        label="Seed"
        description="The same seed draws the same answer again"
        placeholder="A new one for each question"
        min={0}
        max={4294967295}
        allowDecimal={false}
        value={settings.seed ?? ""}
        onChange={(value) => change({ seed: number(value) })}
      />
      <NumberInput
        label="Temperature"
        description="0 takes the likeliest token every time"
        placeholder={usual(defaults.temperature)}
        min={0}
        max={2}
        step={0.1}
        decimalScale={2}
        value={settings.temperature ?? ""}
        onChange={(value) => change({ temperature: number(value) })}
      />
      <NumberInput
        label="Most tokens of an answer"
        placeholder={usual(defaults.maxTokens)}
        min={1}
        max={32768}
        allowDecimal={false}
        value={settings.maxTokens ?? ""}
        onChange={(value) => change({ maxTokens: number(value) })}
      />
      <NumberInput
        label="Passages (top k)"
        description="How many passages are retrieved for a question"
        placeholder={usual(defaults.topK)}
        min={1}
        max={50}
        allowDecimal={false}
        value={settings.topK ?? ""}
        onChange={(value) => change({ topK: number(value) })}
      />
      <ArmOrder arms={settings.arms} onChange={(arms) => change({ arms })} />
      <Switch
        label="Reuse equal answers"
        description="An answer is taken from the store when nothing that determines it has changed"
        checked={settings.reuse}
        onChange={(event) => change({ reuse: event.currentTarget.checked })}
      />
      <Button variant="default" size="xs" onClick={() => onChange(defaultAskSettings)}>
        Back to the defaults
      </Button>
    </div>
  );
}

/** Which arms run, and in which order: the one looked at first should come first. */
function ArmOrder({ arms, onChange }: { arms: readonly Arm[]; onChange: (arms: Arm[]) => void }) {
  const all = [...arms, ...ARMS_IN_GRID.filter((arm) => !arms.includes(arm))];
  const toggle = (arm: Arm): void =>
    onChange(arms.includes(arm) ? arms.filter((other) => other !== arm) : [...arms, arm]);
  const moveUp = (arm: Arm): void => {
    const index = arms.indexOf(arm);
    onChange(arms.toSpliced(index - 1, 2, arm, arms[index - 1]!));
  };
  return (
    <fieldset className={styles.order}>
      <legend>Arms, in the order they run</legend>
      <ol>
        {all.map((arm) => (
          <li key={arm}>
            <Checkbox
              size="sm"
              checked={arms.includes(arm)}
              disabled={arms.length === 1 && arms[0] === arm}
              onChange={() => toggle(arm)}
              label={
                <span className={styles.arm}>
                  <ArmGlyph arm={arm} /> {armNames[arm]}
                </span>
              }
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Run ${armNames[arm]} earlier`}
              disabled={arms.indexOf(arm) < 1}
              onClick={() => moveUp(arm)}
            >
              <UpIcon />
            </ActionIcon>
          </li>
        ))}
      </ol>
    </fieldset>
  );
}
