import { describe, expect, test } from "vitest";
import { scriptWarning } from "../../core/documents/detect-language.ts";

describe("a text too short to guess its language", () => {
  test.each([
    ["Chinese", "水泵的额定功率为两千瓦，每八周需要除垢一次。"],
    ["Russian", "Насос включается зелёной кнопкой."],
    ["Arabic", "يتم تشغيل المضخة بالزر الأخضر."],
    ["Greek", "Η αντλία ξεκινά με το πράσινο κουμπί."],
  ])("is flagged by its script when the embedder knows only English: %s", (_name, text) => {
    expect(scriptWarning(text, ["en"])).toMatchObject({ code: "language_unknown_to_embedder" });
  });

  test.each([
    ["English", "The pump starts with the green button.", ["en"]],
    ["English with a quotation", "The sign reads 水泵 and hangs at the gate of the old pumping station.", ["en"]],
    ["Russian for an embedder that knows it", "Насос включается зелёной кнопкой.", ["en", "ru"]],
    ["anything for an embedder that does not say", "Насос включается зелёной кнопкой.", []],
    ["numbers alone", "12 345,00", ["en"]],
  ])("is not flagged: %s", (_name, text, known) => {
    expect(scriptWarning(text, known)).toBeNull();
  });
});
