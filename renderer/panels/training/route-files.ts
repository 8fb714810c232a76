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
