import type { DatasetReport, DatasetSplit } from "../../contract/training.ts";
import { datasetAllDuplicates } from "../dataset/dataset-failures.ts";
import { datasetAdvice } from "../dataset/dataset-advice.ts";
import { examineDataset, type SplitExample } from "../dataset/examine.ts";
import { readPassageRecord, withPassages } from "../dataset/passage-record.ts";
import { readDataset } from "../dataset/read-dataset.ts";
import type { Hyperparameters } from "../model/architecture.ts";
import type { DatasetRequest } from "../requests.ts";
import { type EncodedExample, Encoder } from "../tokens/encode.ts";
import { chooseSequenceLength, countAnswers, measureLengths } from "../tokens/lengths.ts";
import { datasetMalformed, datasetUnusable } from "../training-failures.ts";

export interface PreparedDataset {
  report: DatasetReport;
  sequenceLength: number;
  splits: Record<DatasetSplit, EncodedExample[]>;
}

/** Read and examine a dataset, its lengths counted in a base's tokens; nothing that is wrong with it fails. */
export async function examineForBase(
  { path, settings, passagesPath }: DatasetRequest,
  basePath: string,
  { trainedContextSize }: Pick<Hyperparameters, "trainedContextSize">,
): Promise<PreparedDataset> {
  const { examples, report } = examineDataset(await readDataset(path), settings);
  const record = passagesPath === undefined ? null : await readPassageRecord(passagesPath, report.sha256);
  const encoded = await encodeAll(basePath, record === null ? examples : withPassages(examples, record));
  const all = encoded.map(({ example }) => example);
  const sequenceLength = chooseSequenceLength(settings, all, trainedContextSize);
  const inSplit = (wanted: DatasetSplit) =>
    encoded
      .filter(({ example, split }) => split === wanted && example.tokens.length <= sequenceLength)
      .map(({ example }) => example);
  const splits = { train: inSplit("train"), validation: inSplit("validation"), test: inSplit("test") };
  const passages = record?.report ?? null;
  const complete = { ...report, passages, lengths: measureLengths(all, sequenceLength) };
  return { report: { ...complete, advice: datasetAdvice(complete) }, sequenceLength, splits };
}

/**
 * The same for a run that starts.
 *
 * @throws dataset_malformed  and the caller did not agree to leave examples out
 * @throws dataset_all_duplicates, dataset_unusable  nothing is left to train on
 */
export async function prepareDataset(
  request: DatasetRequest,
  basePath: string,
  hyperparameters: Pick<Hyperparameters, "trainedContextSize">,
): Promise<PreparedDataset> {
  const { path, skipMalformed } = request;
  const prepared = await examineForBase(request, basePath, hyperparameters);
  const { malformed, duplicates, examples, distinctExamples } = prepared.report;
  if (malformed.length > 0 && !skipMalformed) throw datasetMalformed(path, malformed, examples);
  const given = examples + duplicates.length;
  if (distinctExamples === 1 && given > 1) throw datasetAllDuplicates(path, given);
  if (prepared.splits.train.length === 0) {
    throw datasetUnusable(path, "no example is left to train on after the splits and the limit on length");
  }
  return prepared;
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
