import iconv from "iconv-lite";
import { describe, expect, test } from "vitest";
import { cleanText } from "../../core/documents/clean-text.ts";
import { decodeText, detectEncoding } from "../../core/documents/decode-text.ts";

const german =
  "Die Größe der Pumpe für den Außenbereich beträgt 42 cm. „Sehr gut“, sagt Frau Müller – für 99 €. ".repeat(4);
const russian = "Насос перекачивает двадцать кубических метров воды в час и весит одиннадцать килограммов. ".repeat(4);
const japanese = "このポンプは毎時二十立方メートルの水を送ります。重さは十一キログラムです。".repeat(6);
const czech = "Příliš žluťoučký kůň úpěl ďábelské ódy a běžel přes celé město až k řece. ".repeat(6);

describe("the encoding of a text", () => {
  test.each([
    ["plain ASCII", Buffer.from("Only plain letters.\n"), "utf-8"],
    ["UTF-8", Buffer.from(german), "utf-8"],
    ["UTF-8 with a mark", iconv.encode(german, "utf-8", { addBOM: true }), "utf-8"],
    ["UTF-16 LE with a mark", iconv.encode(german, "utf-16le", { addBOM: true }), "utf-16le"],
    ["UTF-16 BE with a mark", iconv.encode(german, "utf-16be", { addBOM: true }), "utf-16be"],
    ["UTF-16 LE without a mark", iconv.encode(german, "utf-16le", { addBOM: false }), "utf-16le"],
    ["UTF-16 BE without a mark", iconv.encode(german, "utf-16be", { addBOM: false }), "utf-16be"],
    ["UTF-32 LE with a mark", iconv.encode(german, "utf-32le", { addBOM: true }), "utf-32le"],
    ["Windows-1252", iconv.encode(german, "windows-1252"), "windows-1252"],
    ["Latin-1", iconv.encode("Le café est fermé le lundi à cause de la fête. ".repeat(4), "latin1"), "windows-1252"],
    ["Windows-1251", iconv.encode(russian, "windows-1251"), "windows-1251"],
    ["KOI8-R", iconv.encode(russian, "koi8-r"), "koi8-r"],
    ["Shift_JIS", iconv.encode(japanese, "shift_jis"), "shift_jis"],
    ["EUC-JP", iconv.encode(japanese, "euc-jp"), "euc-jp"],
    ["GB18030", iconv.encode("这台水泵每小时输送二十立方米的水，重十一公斤。".repeat(8), "gb18030"), "gb18030"],
  ])("%s is recognised", (_title, bytes, encoding) => {
    expect(detectEncoding(bytes)).toBe(encoding);
  });

  test.each([
    ["utf-16le", german],
    ["utf-16be", russian],
    ["windows-1252", german],
    ["windows-1251", russian],
    ["shift_jis", japanese],
    ["utf-8", czech],
  ])("text in %s comes back letter for letter", (encoding, text) => {
    const bytes = iconv.encode(text, encoding, { addBOM: true });

    expect(decodeText(bytes, detectEncoding(bytes))).toEqual({ text, encoding, warnings: [] });
  });

  test("is the one an HTML page declares, where the bytes are not UTF-8", () => {
    expect(detectEncoding(iconv.encode(czech, "windows-1250"), "windows-1250")).toBe("windows-1250");
    expect(detectEncoding(Buffer.from(czech), "windows-1250")).toBe("utf-8");
  });

  test("a long English file with one foreign letter at its end is still read right", () => {
    const text = `${"Nothing but plain English in this line.\n".repeat(5000)}The café is closed.`;
    const bytes = iconv.encode(text, "windows-1252");

    expect(decodeText(bytes, detectEncoding(bytes)).text).toBe(text);
  });

  test("damaged UTF-8 is read as UTF-8, and the number of lost places is said", () => {
    const bytes = Buffer.from(german);
    bytes[bytes.indexOf(Buffer.from("ß"))] = 0xff;

    expect(decodeText(bytes, detectEncoding(bytes))).toMatchObject({
      encoding: "utf-8",
      warnings: [{ code: "lossy_decoding", message: "2 places could not be read as utf-8 and were replaced by �." }],
    });
  });

  test("a � the author wrote is no damage", () => {
    expect(decodeText(Buffer.from("They print � for it."), "utf-8").warnings).toEqual([]);
  });
});

describe("cleaning a text", () => {
  test.each([
    ["line ends", "a\r\nb\rc\u2028d\fe", "a\nb\nc\nd\ne"],
    ["a byte order mark and soft hyphens", "\ufeffinfor\u00admation", "information"],
    ["NUL and other controls", "a\0b\u0007c\u0085d\u009f", "a b c\nd "],
    ["no-break spaces", "10\u00a0km", "10 km"],
    ["lone surrogates", "a\ud800b\udc00", "a�b�"],
    ["letters in two pieces", "cafe\u0301", "café"],
    ["whole pairs and tabs, which stay", "🚰\tß", "🚰\tß"],
  ])("%s", (_title, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  test("a long text is cleaned as a short one is, also where it is cut for it", () => {
    const unit = "e\u0301🚰\r\n";
    const times = Math.ceil((3 << 20) / unit.length);

    expect(cleanText(unit.repeat(times))).toBe("é🚰\n".repeat(times));
  });
});
