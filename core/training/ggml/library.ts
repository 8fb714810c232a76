import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import koffi, { type LibraryHandle } from "koffi";
import { trainingUnavailable } from "../training-failures.ts";
import { type NativeFunction, nativeNames, type Signature } from "./native-types.ts";
import { baseSignatures, registrySignatures } from "./signatures.ts";

type Functions<Signatures extends Record<string, Signature>> = {
  [Name in keyof Signatures]: NativeFunction<Signatures[Name]>;
};
export type Ggml = Functions<typeof baseSignatures> & Functions<typeof registrySignatures> & { folder: string };

let opened: Ggml | null = null;

/**
 * ggml as node-llama-cpp installed it: no compiler, no second copy. A failed assertion in it ends the process, so only
 * the trainer's child program may call this.
 *
 * @throws training_unavailable  no libraries for this machine, or they are of another release
 */
export function openGgml(): Ggml {
  opened ??= load(findLibraryFolder());
  return opened;
}

function load(folder: string): Ggml {
  koffi.struct("ggml_init_params", { mem_size: "size_t", mem_buffer: "void *", no_alloc: "bool" });
  try {
    const base = koffi.load(findLibrary(folder, "ggml-base"));
    const registry = koffi.load(findLibrary(folder, "ggml"));
    return { ...declare(base, baseSignatures), ...declare(registry, registrySignatures), folder };
  } catch (error) {
    throw trainingUnavailable(error instanceof Error ? error.message : String(error), error);
  }
}

function declare<Signatures extends Record<string, Signature>>(
  library: LibraryHandle,
  signatures: Signatures,
): Functions<Signatures> {
  const functions = Object.entries(signatures).map(([name, { result, parameters }]) => [
    name,
    library.func(
      name,
      nativeNames[result],
      parameters.map((parameter) => nativeNames[parameter]),
    ),
  ]);
  return Object.fromEntries(functions) as Functions<Signatures>;
}

/** libggml-base.so, libggml.v0.5.0.so; libggml.v0.5.0.dylib; ggml-base.dll, ggml.v0.5.0.dll: the version is not always in the name. */
function findLibrary(folder: string, stem: string): string {
  const pattern = new RegExp(`^(lib)?${stem}(\\.v?[0-9.]+)?\\.(so|dylib|dll)$`);
  const name = readdirSync(folder).find((candidate) => pattern.test(candidate));
  if (name === undefined) throw new Error(`no library ${stem} in ${folder}`);
  return join(folder, name);
}

function findLibraryFolder(): string {
  const modules = dirname(dirname(dirname(createRequire(import.meta.url).resolve("node-llama-cpp"))));
  const platform = { darwin: "mac", win32: "win" }[process.platform as string] ?? process.platform;
  const names = [`${platform}-${process.arch}`, `${platform}-${process.arch}-metal`];
  for (const name of names) {
    const folder = join(modules, "@node-llama-cpp", name, "bins", name);
    try {
      findLibrary(folder, "ggml-base");
      return folder;
    } catch {
      // Not installed under this name; the next one may be.
    }
  }
  throw trainingUnavailable(`node-llama-cpp brought no libraries for ${process.platform} on ${process.arch}`);
}
