/**
 * A file name from what a user typed: letters, digits and hyphens of any script.
 *
 * @param otherwise  where nothing of it is left
 */
export const fileNameOf = (name: string, otherwise: string): string =>
  name
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60) || otherwise;
