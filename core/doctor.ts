import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Check } from "./contract/workspace.ts";
import { defaultBase } from "./models/load-model.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { listCollections } from "./store/collections.ts";
import type { WritableDb } from "./store/db.ts";
import { listModels } from "./store/models.ts";
import { modifiedMsOf } from "./models/model-info.ts";
import type { Vectors } from "./vectors/vectors.ts";

const GIBIBYTE = 1024 ** 3;

interface DoctorParts {
  db: WritableDb;
  runtime: Runtime;
  vectors: Vectors;
  workspace: string;
}

/** Look at everything the product needs here, by using it: the store, the children, the files, the room on disk. */
export async function examine(parts: DoctorParts): Promise<Check[]> {
  return [
    check(
      "Node",
      Number(process.versions.node.split(".")[0]) >= 24,
      `Node ${process.version}, ${availableParallelism()} cores`,
      "Run npm start; it brings Node 24.",
    ),
    store(parts),
    await disk(parts),
    await modelHost(parts),
    await indexHost(parts),
    ...models(parts),
    ...collections(parts),
  ];
}

const check = (name: string, ok: boolean, message: string, action: string): Check => ({
  name,
  ok,
  message,
  action: ok ? null : action,
});

function store({ db, workspace }: DoctorParts): Check {
  const found = db.pragma("quick_check", { simple: true }) as string;
  return check(
    "Store",
    found === "ok",
    found === "ok" ? `${workspace}: sound` : found,
    "Restore the workspace from a copy.",
  );
}

async function disk({ workspace }: DoctorParts): Promise<Check> {
  const { bavail, bsize } = await statfs(workspace);
  const free = (bavail * bsize) / GIBIBYTE;
  return check("Disk", free > 1, `${free.toFixed(1)} GiB free for the workspace`, "Free some disk space.");
}

async function modelHost({ db, runtime }: DoctorParts): Promise<Check> {
  try {
    const base = defaultBase(db, runtime, null);
    const { architecture, quantization } = await runtime.inspect(base.path);
    return check("llama.cpp", true, `reads ${base.name} (${architecture}, ${quantization})`, "");
  } catch (error) {
    return check("llama.cpp", false, messageOf(error), "Run npm ci and npm start again.");
  }
}

async function indexHost({ vectors }: DoctorParts): Promise<Check> {
  const { available, reason } = await vectors.hnsw();
  return check(
    "HNSW",
    available,
    available ? "hnswlib-node is built" : `${reason}; exact search serves instead, slower above 20,000 chunks`,
    "Install a C++ compiler, make and python3, then run npm run setup.",
  );
}

function models({ db }: DoctorParts): Check[] {
  return listModels(db).map(({ name, path, files, modifiedMs }) => {
    const present = modifiedMsOf(files) === modifiedMs;
    return check(`Model ${name}`, present, path, "Put the file back, or remove the model from the list.");
  });
}

function collections({ db }: DoctorParts): Check[] {
  return listCollections(db).map(({ name, documentCount, chunkCount }) =>
    check(`Collection ${name}`, true, `${documentCount} documents, ${chunkCount} chunks`, ""),
  );
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
