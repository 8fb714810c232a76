/** Files of one drop, by what the Train view does with them. */
export interface RoutedFiles<Named extends { name: string }> {
  /** One dataset at a time; the first of them. */
  dataset: Named | null;
  /** The files of a PEFT adapter. */
  peft: Named[];
  /** Documents and GGUF files, which go where they always go. */
  others: Named[];
}

/** Which files of a drop are a dataset, which a PEFT adapter, and which neither. */
export function routeFiles<Named extends { name: string }>(files: readonly Named[]): RoutedFiles<Named> {
  const peft = files.filter(({ name }) => isPeftFile(name));
  const datasets = files.filter(({ name }) => isDataset(name));
  const others = files.filter((file) => !peft.includes(file) && !datasets.includes(file));
  return { dataset: datasets[0] ?? null, peft, others };
}

/** What datasets are called; anything else is a document or a model. */
export const DATASET_TYPES = ".jsonl,.csv,.tsv,.json";

const isDataset = (name: string): boolean => /\.(jsonl|csv|tsv|json)$/i.test(name) && !isPeftFile(name);

export const isPeftFile = (name: string): boolean => /^adapter_config\.json$/i.test(name) || isWeights(name);

export const isWeights = (name: string): boolean => /\.safetensors$/i.test(name);

/** What an upload of these files calls their folder, after which the engine names the adapter; `id` keeps it apart. */
export function peftBatch(files: readonly { webkitRelativePath: string }[], id: string): string {
  const folder = files[0]?.webkitRelativePath.split("/").at(-2) ?? "";
  const plain = folder.replaceAll(/[^\w-]+/g, "-").replaceAll(/^-+|-+$/g, "");
  // The engine takes at most 64 letters, digits and hyphens.
  return `${plain.slice(0, 50) || "peft-adapter"}-${id.slice(0, 8)}`;
}
