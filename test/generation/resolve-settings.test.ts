import { describe, expect, test } from "vitest";
import type { ModelSettings } from "../../core/contract/models.ts";
import { resolveSettings, type SettingsLayers } from "../../core/generation/resolve-settings.ts";

const layersOf = (changes: {
  workspace?: SettingsLayers["workspacePrompts"];
  adapter?: { settings?: ModelSettings; bundledSettings?: ModelSettings };
  model?: { settings?: ModelSettings; bundledSettings?: ModelSettings };
}): SettingsLayers => ({
  workspacePrompts: changes.workspace ?? {},
  adapters: changes.adapter === undefined ? [] : [{ settings: {}, bundledSettings: {}, ...changes.adapter }],
  model: { settings: {}, bundledSettings: {}, ...changes.model },
});

describe("the settings of an arm", () => {
  test("are the defaults when nobody says anything: five passages, the likeliest token", () => {
    expect(resolveSettings("rag", layersOf({}))).toMatchObject({ topK: 5, temperature: 0, passageFormat: "numbered" });
  });

  test("follow the user before the adapter, the adapter before the model, the model before the default", () => {
    const model = { bundledSettings: { topK: 2 } };
    const adapter = { bundledSettings: { topK: 3 } };
    const user = { settings: { topK: 4 }, bundledSettings: { topK: 2 } };

    expect(resolveSettings("combined", layersOf({ model })).topK).toBe(2);
    expect(resolveSettings("combined", layersOf({ model, adapter })).topK).toBe(3);
    expect(resolveSettings("combined", layersOf({ model: user, adapter })).topK).toBe(4);
  });

  test("take nothing from an adapter in the arms that run without it", () => {
    const adapter = { settings: { topK: 9, systemPrompts: { rag: "adapter's" } } };

    expect(resolveSettings("rag", layersOf({ adapter }))).toMatchObject({ topK: 5 });
    expect(resolveSettings("rag", layersOf({ adapter })).systemPrompt).not.toBe("adapter's");
  });

  test("give an adapter its own prompt for reading passages", () => {
    const layers = layersOf({
      workspace: { combined: "workspace" },
      adapter: { settings: { systemPrompts: { combined: "written for this adapter" } } },
    });

    expect(resolveSettings("combined", layers).systemPrompt).toBe("written for this adapter");
  });

  test("keep an empty prompt empty: it is a choice, not a gap", () => {
    expect(resolveSettings("base", layersOf({ workspace: { base: "" } })).systemPrompt).toBe("");
  });
});
