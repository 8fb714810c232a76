import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { follow } from "../core/contract/follow.ts";
import { type EngineClient, FourfoldError } from "../core/contract/index.ts";

/** A path is added to the workspace; anything else is a name or an id. */
export async function baseIdOf(client: EngineClient, wanted: string | undefined, signal: AbortSignal): Promise<string> {
  if (wanted !== undefined && existsSync(wanted)) {
    return (await follow(client.models.add({ path: resolve(wanted) }, { signal }), () => {})).id;
  }
  const { models } = await client.models.list({});
  const bases = models.filter(({ kind }) => kind === "base");
  const { modelId } = await client.workspace.settings({});
  const chosen =
    wanted === undefined
      ? (bases.find(({ id }) => id === modelId) ?? bases[0])
      : bases.find(({ id, name }) => id === wanted || name === wanted);
  if (chosen !== undefined) return chosen.id;
  throw new FourfoldError({
    code: "model_not_found",
    message: `There is no base ${wanted ?? "in this workspace"}.`,
    action: "Give the path of a GGUF file; fourfold models lists what is known.",
    details: { model: wanted ?? "" },
  });
}
