import { implement } from "@orpc/server";
import { contract } from "../contract/index.ts";
import { examine } from "../doctor.ts";
import { readManifest } from "../models/manifest.ts";
import { readSampleQuestions, SAMPLE_COLLECTION } from "../models/samples.ts";
import { findCollection } from "../store/collections.ts";
import { readSettings, writeSettings } from "../store/settings.ts";
import { appVersion } from "../version.ts";
import type { EngineParts } from "./engine-parts.ts";

export function workspaceHandlers(parts: EngineParts) {
  const { db, runtime, vectors, reranking, reading, training, changes, bundled } = parts;
  const { workspace } = implement(contract);
  return {
    status: workspace.status.handler(async () => ({
      version: appVersion,
      workspace: parts.workspace,
      pid: process.pid,
      hnsw: await vectors.hnswAtRest(),
      loaded: runtime.loaded,
      children: [runtime, vectors, reranking, reading, training].map((part) => part.status),
    })),
    watch: workspace.watch.handler(({ signal }) => changes.follow(signal)),
    settings: workspace.settings.handler(() => readSettings(db)),
    configure: workspace.configure.handler(({ input }) => {
      const settings = writeSettings(db, input);
      changes.report("settings");
      return settings;
    }),
    samples: workspace.samples.handler(async () => ({
      collectionId: findCollection(db, SAMPLE_COLLECTION)?.id ?? null,
      questions: await readSampleQuestions(await readManifest()),
    })),
    doctor: workspace.doctor.handler(async () => {
      await bundled.ready();
      return { checks: await examine(parts) };
    }),
  };
}
