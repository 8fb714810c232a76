import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileFailure } from "../../runtime/model-failures.ts";
import { peftUnsupported } from "../training-failures.ts";

const [CONFIG, WEIGHTS] = ["adapter_config.json", "adapter_model.safetensors"];
/** A configuration has a few kilobytes; patterns for every layer make it a few hundred. */
const MOST_CONFIG_BYTES = 16 * 2 ** 20;

export interface AdapterFiles {
  configPath: string;
  weightsPath: string;
}

/**
 * The two files of a PEFT adapter, by their folder or by either of the two.
 *
 * @throws file_missing, file_unreadable
 * @throws peft_unsupported  the weights are a pickle, which may run code when it is read, or are not there
 */
export async function findAdapterFiles(path: string): Promise<AdapterFiles> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw fileFailure(path, error);
    },
  );
  const folder = isFolder ? path : dirname(path);
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileFailure(folder, error);
  });
  const isNamed = !isFolder && path.endsWith(".safetensors");
  const weights = isNamed ? basename(path) : WEIGHTS;
  const problems: string[] = [];
  if (!isFolder && !isNamed && basename(path) !== CONFIG)
    problems.push(`it is neither a folder nor a safetensors file`);
  if (!names.includes(CONFIG)) problems.push(`${CONFIG} is missing beside it, so its alpha is unknown`);
  if (!names.includes(weights)) {
    const pickle = names.find((name) => /^adapter_model\.(bin|pt)$/.test(name));
    problems.push(
      pickle === undefined
        ? `${WEIGHTS} is missing`
        : `its weights are in ${pickle}, which can run code; save it as ${WEIGHTS}`,
    );
  }
  if (problems.length > 0) throw peftUnsupported(path, problems);
  return { configPath: join(folder, CONFIG), weightsPath: join(folder, weights) };
}

/** @throws file_missing, file_unreadable, peft_unsupported */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > MOST_CONFIG_BYTES) throw peftUnsupported(path, [`it has ${Math.round(size / 1e6)} MB`]);
    return JSON.parse((await readFile(path, "utf8")).replace(/^\ufeff/, ""));
  } catch (error) {
    if (error instanceof SyntaxError) throw peftUnsupported(path, ["it is not JSON"]);
    throw fileFailure(path, error);
  }
}
