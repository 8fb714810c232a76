/**
 * The 256 byte tokens of GPT-2's byte-level BPE: printable Latin-1 characters stand for themselves, the other bytes for
 * characters from U+0100 on, so that every token is visible text (github.com/openai/gpt-2, encoder.py).
 */
export const byteTokens: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
})();

/** A text as byte tokens. */
export const tokensOf = (text: string): string[] => [...Buffer.from(text)].map((byte) => byteTokens[byte]!);
