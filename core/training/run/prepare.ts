import type { DatasetReport, DatasetSplit } from "../../contract/training.ts";
import { type EncodedExample, Encoder } from "../tokens/encode.ts";
import { adviceFor, examineDataset, type SplitExample } from "../dataset/examine.ts";
import { chooseSequenceLength, countAnswers, measureLengths } from "../tokens/lengths.ts";
import { readDataset } from "../dataset/read-dataset.ts";
import type { Hyperparameters } from "../model/architecture.ts";
import type { DatasetRequest } from "../requests.ts";
import { datasetMalformed, datasetUnusable } from "../training-failures.ts";

export interface PreparedDataset {
  report: DatasetReport;
  sequenceLength: number;
  splits: Record<DatasetSplit, EncodedExample[]>;
}

/**
 * Read, examine and encode a dataset for a base.
 *
 * @throws dataset_malformed  and the caller did not agree to leave examples out
 * @throws dataset_unusable   nothing is left to train on
 */
export async function prepareDataset(
  { path, skipMalformed, settings }: DatasetRequest,
  basePath: string,
  { trainedContextSize }: Pick<Hyperparameters, "trainedContextSize">,
): Promise<PreparedDataset> {
  const dataset = await readDataset(path);
  const { examples, report } = examineDataset(dataset, settings);
  if (dataset.malformed.length > 0 && !skipMalformed) throw datasetMalformed(path, dataset.malformed, examples.length);
  if (examples.length === 1 && report.duplicates.length > 0) throw datasetUnusable(path, "all its examples are the same");
  const encoded = await encodeAll(basePath, examples);
  const all = encoded.map(({ example }) => example);
  const sequenceLength = chooseSequenceLength(settings, all, trainedContextSize);
  const fits = ({ example }: { example: EncodedExample }) => example.tokens.length <= sequenceLength;
  const inSplit = (split: DatasetSplit) =>
    encoded.filter((entry) => entry.split === split && fits(entry)).map(({ example }) => example);
  const splits = { train: inSplit("train"), validation: inSplit("validation"), test: inSplit("test") };
  if (splits.train.length === 0) {
    throw datasetUnusable(path, "no example is left to train on after the splits and the limit on length");
  }
  const complete = { ...report, lengths: measureLengths(all, sequenceLength) };
  return { report: { ...complete, advice: adviceFor(complete) }, sequenceLength, splits };
}

async function encodeAll(
  basePath: string,
  examples: SplitExample[],
): Promise<{ example: EncodedExample; split: DatasetSplit }[]> {
  await using encoder = await Encoder.open(basePath);
  return examples.flatMap(({ conversation, split }) =>
    encoder
      .encode(conversation)
      .filter((example) => countAnswers(example) > 0)
      .map((example) => ({ example, split })),
  );
}
