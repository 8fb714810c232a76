import { Select, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Arm, ModelInfo, SystemPrompts } from "../../../core/contract/index.ts";
import { usesAdapter } from "../../../core/contract/index.ts";
import { useCall } from "../../engine/use-call.ts";
import { ARMS_IN_GRID, armDescriptions, armNames } from "../../parts/arms.ts";
import { FailureNotice } from "../../parts/FailureNotice.tsx";
import styles from "./SettingsDrawer.module.css";

interface SystemPromptEditorProps {
  systemPrompts: SystemPrompts;
  onSystemPrompts: (prompts: SystemPrompts) => void;
  adapters: readonly ModelInfo[];
}

const workspaceScope = "workspace";

/** One system prompt per arm, for the whole workspace or for one adapter, which may need its own. */
export function SystemPromptEditor({ systemPrompts, onSystemPrompts, adapters }: SystemPromptEditorProps) {
  const [scope, setScope] = useState(workspaceScope);
  const { state, run } = useCall((engine, change: { modelId: string; settings: ModelInfo["settings"] }, options) =>
    engine.models.configure(change, options),
  );
  const adapter = adapters.find(({ id }) => id === scope) ?? null;
  const prompts = adapter === null ? systemPrompts : (adapter.userSettings.systemPrompts ?? {});

  function store(arm: Arm, text: string): void {
    // An empty field is no prompt of ours: the next in the order of precedence counts then.
    const { [arm]: before, ...others } = prompts;
    if ((before ?? "") === text) return;
    const changed: SystemPrompts = text === "" ? others : { ...others, [arm]: text };
    if (adapter === null) onSystemPrompts(changed);
    else void run({ modelId: adapter.id, settings: { ...adapter.userSettings, systemPrompts: changed } });
  }

  return (
    <div className={styles.fields}>
      <Select
        label="For"
        description="A prompt you write for an adapter wins over the workspace's; where both are empty, adapter and model bring their own"
        allowDeselect={false}
        value={adapter === null ? workspaceScope : scope}
        onChange={(value) => setScope(value ?? workspaceScope)}
        data={[
          { value: workspaceScope, label: "The whole workspace" },
          ...adapters.map(({ id, name }) => ({ value: id, label: `Adapter ${name}` })),
        ]}
      />
      {state.status === "failed" && <FailureNotice failure={state.failure} />}
      {ARMS_IN_GRID.filter((arm) => adapter === null || usesAdapter(arm)).map((arm) => (
        <Textarea
          key={`${scope} ${arm}`}
          label={armNames[arm]}
          description={armDescriptions[arm]}
          placeholder="What suits the model"
          autosize
          minRows={2}
          maxRows={8}
          defaultValue={prompts[arm] ?? ""}
          onBlur={(event) => store(arm, event.currentTarget.value.trim())}
        />
      ))}
    </div>
  );
}
