import { z } from "zod";

export const DocumentFormat = z.enum([
  "markdown",
  "text",
  "html",
  "pdf",
  "docx",
  "pptx",
  "xlsx",
  "csv",
  "epub",
  "eml",
  "notebook",
  "code",
]);
export type DocumentFormat = z.infer<typeof DocumentFormat>;

/**
 * Extensions, without the dot, a folder is searched for. A file named explicitly is judged by its content.
 *
 * JSON and XML are not among them: in most folders they are data for programs, not texts for people.
 */
export const extensionsOfFormats: Readonly<Record<DocumentFormat, readonly string[]>> = {
  markdown: ["md", "markdown", "mdown", "mkd"],
  text: ["txt", "text"],
  html: ["html", "htm", "xhtml"],
  pdf: ["pdf"],
  docx: ["docx", "docm", "dotx"],
  pptx: ["pptx", "pptm", "ppsx"],
  xlsx: ["xlsx", "xlsm"],
  csv: ["csv", "tsv", "tab"],
  epub: ["epub"],
  eml: ["eml"],
  notebook: ["ipynb"],
  code: (
    "ts tsx mts cts js jsx mjs cjs vue svelte py pyi rb php pl lua r jl java kt kts scala groovy clj cs fs vb go rs zig c h " +
    "cc cpp cxx hh hpp m mm swift dart ex exs erl hs ml sql sh bash zsh ps1 css scss less tex yaml yml toml"
  ).split(" "),
};

const formats: ReadonlyMap<string, DocumentFormat> = new Map(
  DocumentFormat.options.flatMap((format) =>
    extensionsOfFormats[format].map((extension): [string, DocumentFormat] => [extension, format]),
  ),
);

/** Every extension of a document, without the dot: what a file picker offers. */
export const documentExtensions: readonly string[] = [...formats.keys()];

/** The format a file's name promises; null for none that is read. */
export function formatOfName(path: string): DocumentFormat | null {
  const extension = /[^/\\.][^/\\]*\.([^./\\]+)$/.exec(path)?.[1];
  return extension === undefined ? null : (formats.get(extension.toLowerCase()) ?? null);
}
