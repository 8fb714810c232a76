import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { OneAtATime } from "../children/one-at-a-time.ts";
import { type ComparisonParts, requireCollection } from "../comparison/ask.ts";
import { FourfoldError } from "../contract/failures.ts";
import type { TrainingPassages, TrainingSettings } from "../contract/training.ts";
import { resolveSettings } from "../generation/resolve-settings.ts";
import { ensureLoaded, requireModel } from "../models/load-model.ts";
import { treatmentOf } from "../generation/passage-treatment.ts";
import { noFilter, resolveRetrievalSettings } from "../retrieval/default-settings.ts";
import { lineWeightOf } from "../retrieval/rank-by-nearest-line.ts";
import { search } from "../retrieval/search.ts";
import type { StoredCollection } from "../store/collections.ts";
import { readSettings } from "../store/settings.ts";
import { answerOf, type Conversation } from "../training/dataset/conversation.ts";
import { examineDataset } from "../training/dataset/examine.ts";
import type { PassageRecord } from "../training/dataset/passage-record.ts";
import { readDataset } from "../training/dataset/read-dataset.ts";
import { normalisedPrompt } from "../training/dataset/same-meaning.ts";
import { hashPosition } from "../training/dataset/split.ts";
import { writeAtomically } from "../training/gguf/write-gguf.ts";
import { MOST_BY_DEFAULT } from "../training/tokens/sequence-limit.ts";
import { questionOf } from "./example-turns.ts";
import { formWords } from "./passage-with-words.ts";
import { hasOwnPassages, putPassages, type PutPassages, withoutLooseMarks } from "./put-passages.ts";

export interface AssembleParts extends ComparisonParts {
  workspace: string;
  /** Whoever needs the model host's model to himself waits here. */
  answering: OneAtATime;
}

export interface AssembleRequest {
  path: string;
  baseId: string;
  settings: TrainingSettings;
}

/** Records of this many different requests are kept, so that examining, planning and starting retrieve once. */
const KEPT_RECORDS = 8;

/**
 * Retrieve passages for the chosen examples of a dataset, by the product's own search, and lay their prompts out as the
 * combined arm would. The same dataset, collection, base and settings give the same record.
 *
 * @returns the path of the record; null when the settings ask for no passages
 * @throws collection_not_found, no_collection, stopped, and every failure of reading the dataset and loading the base
 */
export async function assemblePassages(
  parts: AssembleParts,
  { path, baseId, settings }: AssembleRequest,
  signal?: AbortSignal,
): Promise<string | null> {
  const wanted = settings.passages;
  if (wanted === undefined) return null;
  const { db, stores, runtime, workspace, answering } = parts;
  const collection = await stores.upToDate(requireCollection(db, wanted.collectionId));
  if (collection.chunkCount === 0) throw nothingToRetrieve(collection);
  const base = requireModel(db, baseId, "base");
  const layers = { workspacePrompts: readSettings(db).systemPrompts, adapters: [], model: base };
  const combined = resolveSettings("combined", layers);
  const topK = wanted.topK ?? combined.topK;
  const retrieval = resolveRetrievalSettings(readSettings(db).retrieval);
  const dataset = await readDataset(path, { signal });
  const { systemPrompt, passageFormat, questionPlacement } = combined;
  const determinants = {
    dataset: dataset.sha256,
    base: base.sha256,
    collection: [collection.id, collection.generation],
    prompt: { systemPrompt, passageFormat, questionPlacement, topK },
    retrieval: { ...retrieval, lineWeight: lineWeightOf(retrieval, [collection]) },
    wanted,
    seed: settings.seed,
    sequenceLength: settings.sequenceLength,
  };
  const folder = join(workspace, "training");
  const key = createHash("sha256").update(JSON.stringify(determinants)).digest("hex").slice(0, 16);
  const target = join(folder, `passages-${key}.json`);
  if ((await stat(target).catch(() => null)) !== null) return target;

  const { examples } = examineDataset(dataset, settings);
  const limitTokens = Math.min(
    settings.sequenceLength ?? MOST_BY_DEFAULT,
    base.inspected.trainedContextSize ?? Number.POSITIVE_INFINITY,
  );
  const ofForm = formWords(examples.map(({ conversation }) => answerOf(conversation)));
  const options = { settings: combined, limitTokens, appendCitations: wanted.appendCitations, ofForm };
  const wherever = { collections: [collection], settings: retrieval, filter: noFilter };
  const wasLoaded = runtime.loaded?.modelId === base.id;
  const found = newRecord(dataset.sha256, collection, wanted, topK);
  for (const { conversation } of examples) {
    if (!isChosen(conversation, settings.seed, wanted)) addUnchosen(found, conversation);
    else if (hasOwnPassages(conversation)) found.report.ownPassages += 1;
    else {
      const question = questionOf(conversation.messages.slice(0, -1));
      const retrieved = await search(parts, { ...wherever, question, topK, signal });
      const put = await answering.run(async () => {
        if (retrieved.passages.length === 0) return null;
        await ensureLoaded(db, runtime, base, { signal });
        return putPassages(runtime, conversation, retrieved.passages, {
          ...options,
          treatment: treatmentOf(stores, retrieved, signal),
        });
      }, signal);
      addChosen(found, conversation, put);
    }
  }
  // The trainer needs the memory, and nobody asked for the base to be there.
  if (!wasLoaded && runtime.loaded?.modelId === base.id) await answering.run(() => runtime.unload());
  await mkdir(folder, { recursive: true });
  await writeAtomically(target, [Buffer.from(JSON.stringify(found))]);
  await forgetOldest(folder);
  return target;
}

/** By prompt, so that two answers to one prompt are asked alike. */
const isChosen = (conversation: Conversation, seed: number, { share }: TrainingPassages): boolean =>
  hashPosition(`passages ${seed} ${normalisedPrompt(conversation)}`) < share;

function newRecord(
  datasetSha256: string,
  { id, name, generation }: StoredCollection,
  { share }: TrainingPassages,
  topK: number,
): PassageRecord {
  return {
    datasetSha256,
    report: {
      collectionId: id,
      collection: name,
      generation,
      topK,
      share,
      examples: 0,
      shortened: 0,
      without: [],
      ownPassages: 0,
      cited: 0,
      uncited: [],
      unresolved: [],
      citable: 0,
      appended: 0,
      marksRemoved: 0,
      systemPromptsReplaced: 0,
    },
    examples: [],
  };
}

function addUnchosen({ report, examples }: PassageRecord, conversation: Conversation): void {
  const changed = withoutLooseMarks(conversation);
  if (changed === null) return;
  report.marksRemoved += 1;
  examples.push(changed);
}

function addChosen(record: PassageRecord, conversation: Conversation, put: PutPassages | null): void {
  const { report, examples } = record;
  if (put === null) {
    report.without.push(conversation.line);
    return addUnchosen(record, conversation);
  }
  const { example, citation, isCitable } = put;
  const isAppended = isCitable && example.messages.at(-1)!.content !== conversation.messages.at(-1)!.content;
  examples.push(example);
  report.examples += 1;
  if (example.passages.length < report.topK) report.shortened += 1;
  if (citation === "cited") report.cited += 1;
  if (citation === "unresolved") report.unresolved.push(conversation.line);
  if (citation === "uncited" && !isAppended) report.uncited.push(conversation.line);
  if (isCitable) report.citable += 1;
  if (isAppended) report.appended += 1;
  if (conversation.messages[0]!.role === "system") report.systemPromptsReplaced += 1;
}

async function forgetOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^passages-[0-9a-f]+\.json$/.test(name));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, ms: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  );
  const old = aged.toSorted((a, b) => b.ms - a.ms).slice(KEPT_RECORDS);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

const nothingToRetrieve = ({ name }: StoredCollection): FourfoldError =>
  new FourfoldError({
    code: "no_collection",
    message: `${name} has no documents to take passages from.`,
    action: "Import documents into it first, or choose another collection.",
    details: { arm: "combined" },
  });
