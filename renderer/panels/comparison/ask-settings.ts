import { useLocalStorage } from "@mantine/hooks";
import { Arm, ARMS } from "../../../core/contract/index.ts";

/** How this window asks; null takes what suits the model. */
export interface AskSettings {
  /** Null draws a new one for each question. */
  seed: number | null;
  temperature: number | null;
  maxTokens: number | null;
  topK: number | null;
  /** In the order they run. */
  arms: Arm[];
  /** Take a stored answer where nothing that determines it has changed. */
  reuse: boolean;
}

/** Most is to be seen first where most comes together; the same order as the engine's own default. */
export const defaultAskSettings: AskSettings = {
  seed: null,
  temperature: null,
  maxTokens: null,
  topK: null,
  arms: ["combined", "rag", "adapter", "base"],
  reuse: true,
};

/** The settings of this browser or window: a matter of taste at this desk, not of the workspace. */
export function useAskSettings(): [AskSettings, (settings: AskSettings) => void] {
  const [settings, setSettings] = useLocalStorage<AskSettings>({
    key: "fourfold.ask-settings",
    defaultValue: defaultAskSettings,
    getInitialValueInEffect: false,
    deserialize: (text) => readAskSettings(text),
  });
  return [settings, setSettings];
}

/** What was stored, as far as it still makes sense; anybody can edit a browser's storage. */
export function readAskSettings(text: string | undefined): AskSettings {
  let stored: Partial<Record<keyof AskSettings, unknown>> = {};
  try {
    stored = Object(JSON.parse(text ?? "{}")) as typeof stored;
  } catch {
    return defaultAskSettings;
  }
  const number = (value: unknown): number | null =>
    typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
  const arms = Array.isArray(stored.arms)
    ? [...new Set(stored.arms)].filter((arm): arm is Arm => ARMS.includes(arm as Arm))
    : [];
  return {
    seed: number(stored.seed),
    temperature: number(stored.temperature),
    maxTokens: number(stored.maxTokens),
    topK: number(stored.topK),
    arms: arms.length > 0 ? arms : defaultAskSettings.arms,
    reuse: stored.reuse !== false,
  };
}
