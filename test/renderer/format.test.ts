import { describe, expect, test } from "vitest";
import { formatBytes, formatCount, formatEta, formatMs, formatSpeed, plural } from "../../renderer/parts/format.ts";
import { defaultAskSettings, readAskSettings } from "../../renderer/panels/comparison/ask-settings.ts";

describe("figures on the screen", () => {
  test.each([
    [formatBytes(921), "921 B"],
    [formatBytes(3_081_632), "3.1 MB"],
    [formatBytes(46e9), "46.0 GB"],
    [formatCount(2_772_480), "2.8M"],
    [formatCount(2048), "2,048"],
    [formatMs(0.4), "0.4 ms"],
    [formatMs(640), "640 ms"],
    [formatMs(1310), "1.3 s"],
    [formatMs(125_000), "2 min 5 s"],
    [formatEta(400), "under 1 s"],
    [formatEta(3200), "about 4 s"],
    [formatEta(90_000), "about 2 min"],
    [formatSpeed(1234.5), "1,235"],
    [formatSpeed(12.34), "12.3"],
    [plural(1, "passage"), "1 passage"],
    [plural(1200, "chunk"), "1,200 chunks"],
  ])("%s", (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe("the settings a browser remembers", () => {
  test("come back as they were", () => {
    const settings = { ...defaultAskSettings, seed: 7, arms: ["base", "rag"], reuse: false } as const;

    expect(readAskSettings(JSON.stringify(settings))).toEqual(settings);
  });

  test.each([[undefined], ["nonsense"], ["null"], ['{"arms":[],"seed":"x"}'], ['{"arms":["base2"],"temperature":-1}']])(
    "are the defaults for %s",
    (text) => {
      expect(readAskSettings(text)).toEqual(defaultAskSettings);
    },
  );
});
