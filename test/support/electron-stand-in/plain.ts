/**
 * Values on their way between page and stand-in, as text: JSON and `undefined`.
 *
 * Electron clones structures, which allows more; what Fourfold sends needs no more, and anything else throws here.
 * The function runs in the browser too, as text, so it may not refer to anything outside of itself.
 */
export function plainText() {
  const undefinedMark = "$electron-stand-in:undefined";

  function check(value: unknown): unknown {
    if (value === undefined) return undefinedMark;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (Array.isArray(value)) return value.map(check);
    if (Object.prototype.toString.call(value) === "[object Object]") {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, check(part)]));
    }
    throw new Error(`electron stand-in: sending ${Object.prototype.toString.call(value)} is not implemented`);
  }

  function restore(value: unknown): unknown {
    if (value === undefinedMark) return undefined;
    if (Array.isArray(value)) return value.map(restore);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, restore(part)]));
  }

  return {
    encode: (value: unknown): string => JSON.stringify(check(value)),
    decode: (text: string): unknown => restore(JSON.parse(text)),
  };
}
