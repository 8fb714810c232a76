import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/**
 * Who may import whom. Rooms of core in the order of the flow; imports point back up the flow, never down it.
 * The outer walls (renderer, electron, cli, contract) stand in the TypeScript projects as well.
 */
const mayImport: Record<string, string[]> = {
  "core/contract": [],
  "core/store": ["core/contract"],
  "core/children": ["core/contract"],
  "core/runtime": ["core/contract", "core/children"],
  "core/documents": ["core/contract", "core/store", "core/children"],
  "core/vectors": ["core/contract", "core/store", "core/children", "core/runtime", "core/documents"],
  "core/ingestion": ["core/contract", "core/store", "core/children", "core/documents", "core/vectors"],
  "core/models": ["core/contract", "core/store", "core/runtime", "core/vectors"],
  // The user's own reranker runs in a child, a GGUF one on the runtime's llama.cpp.
  "core/retrieval": ["core/contract", "core/children", "core/store", "core/runtime", "core/vectors"],
  "core/generation": ["core/contract", "core/store", "core/runtime", "core/retrieval"],
  "core/comparison": [
    "core/contract",
    "core/store",
    "core/children",
    "core/runtime",
    "core/vectors",
    "core/models",
    "core/retrieval",
    "core/generation",
  ],
  "core/training": ["core/contract", "core/store", "core/children", "core/documents", "core/runtime"],
  // Where training meets the documents and the models that answer.
  "core/training-data": [
    "core/contract",
    "core/store",
    "core/children",
    "core/documents",
    "core/runtime",
    "core/models",
    "core/retrieval",
    "core/generation",
    "core/comparison",
    "core/training",
  ],
  // The one place besides engine.ts that knows every room: short handlers, one file per room of the contract.
  "core/handlers": ["core"],
  // A door knows what may be asked, not who answers: engine.ts hands it the router.
  "core/serve": ["core/contract"],
  renderer: ["core/contract"],
  electron: ["core/contract"],
  cli: ["core"],
  // Benches generate models and documents with the tests' own generators.
  bench: ["core", "cli", "test/support"],
};

const rooms = readdirSync("core", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => `core/${entry.name}`);

test.each(rooms)("%s has a place in the flow", (room) => {
  expect(Object.keys(mayImport), `say in test/architecture.test.ts whom ${room} may import`).toContain(room);
});

const sources = Object.keys(mayImport).flatMap((room) =>
  filesIn(room)
    .filter((file) => /\.tsx?$/.test(file) && !/(?:^|\/)(?:dist|node_modules)\//.test(file))
    .map((file) => ({ room, path: join(room, file) })),
);

test.each(sources)("$path imports only from rooms it may", ({ room, path }) => {
  const allowed = [room, ...mayImport[room]!];
  const imported = [...readFileSync(path, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) =>
    normalize(join(dirname(path), match[1]!)),
  );
  const strangers = imported.filter((target) => !allowed.some((name) => target.startsWith(`${name}/`)));

  expect(
    strangers,
    `${room} may import ${mayImport[room]!.join(", ") || "nothing else"}; see ARCHITECTURE.md, "Who may import whom"`,
  ).toEqual([]);
});

test("the command line serves the engine, and the engine does not know it", () => {
  const rootFiles = filesIn("core").filter((file) => !file.includes("/") && file.endsWith(".ts"));
  const strangers = rootFiles.filter((file) => /from "\.\.\//.test(readFileSync(join("core", file), "utf8")));

  expect(strangers).toEqual([]);
});

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"));
  } catch {
    return []; // a folder that is not there yet has nothing to say
  }
}
