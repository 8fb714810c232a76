import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SampleQuestion } from "../contract/workspace.ts";
import { bundledFolder, type Manifest } from "./manifest.ts";

/** The collection that holds the sample documents. */
export const SAMPLE_COLLECTION = "Tarnholm Works (sample)";

export const sampleDocumentsFolder = (manifest: Manifest): string => join(bundledFolder, manifest.samples.documents);

export async function readSampleQuestions(manifest: Manifest): Promise<SampleQuestion[]> {
  const text = await readFile(join(bundledFolder, manifest.samples.questions), "utf8");
  return z.array(SampleQuestion).parse(JSON.parse(text));
}
