import { useState } from "react";
import type { Failure, ModelInfo } from "../../../core/contract/index.ts";
import type { AdapterReport } from "../../../core/contract/training.ts";
import { pathOfFile } from "../../engine/upload.ts";
import { useCall } from "../../engine/use-call.ts";
import { isPeftFile, isWeights, peftBatch } from "./route-files.ts";

export type PeftImportState =
  | { status: "idle" }
  | { status: "sending"; name: string; fraction: number }
  | { status: "converting" }
  | { status: "done"; adapter: ModelInfo; report: AdapterReport }
  | { status: "failed"; failure: Failure };

export interface PeftImportHandle {
  state: PeftImportState;
  /** Files of a drop or a folder: what does not belong to the adapter is left where it is. */
  take: (files: readonly File[]) => void;
  close: () => void;
}

/** A PEFT adapter on its way to a GGUF adapter for a base. */
export function usePeftImport(baseId: string | null): PeftImportHandle {
  const [sending, setSending] = useState<PeftImportState>({ status: "idle" });
  const conversion = useCall((engine, input: { path: string; baseId: string }, options) =>
    engine.training.importPeft(input, options),
  );

  async function take(files: readonly File[]): Promise<void> {
    const parts = files.filter(({ name }) => isPeftFile(name));
    if (parts.length === 0) return setSending({ status: "failed", failure: noAdapterIn(files) });
    if (baseId === null) return setSending({ status: "failed", failure: noBase });
    const batch = peftBatch(parts, crypto.randomUUID());
    const { signal } = new AbortController();
    const paths: { name: string; path: string }[] = [];
    try {
      for (const file of parts) {
        const path = await pathOfFile(file, {
          batch,
          signal,
          onProgress: ({ sentBytes, totalBytes }) =>
            setSending({ status: "sending", name: file.name, fraction: totalBytes === 0 ? 1 : sentBytes / totalBytes }),
        });
        paths.push({ name: file.name, path });
      }
    } catch (error) {
      return setSending({ status: "failed", failure: unsent(error) });
    }
    setSending({ status: "idle" });
    // The engine looks for the other file beside the one it is given.
    const given = paths.find(({ name }) => isWeights(name)) ?? paths[0]!;
    await conversion.run({ path: given.path, baseId });
  }

  return {
    state: sending.status === "idle" ? converted(conversion.state) : sending,
    take: (files) => void take(files),
    close() {
      setSending({ status: "idle" });
      conversion.stop();
    },
  };
}

type Conversion = ReturnType<
  typeof useCall<{ path: string; baseId: string }, { adapter: ModelInfo; report: AdapterReport }>
>["state"];

function converted(state: Conversion): PeftImportState {
  switch (state.status) {
    case "idle":
      return { status: "idle" };
    case "running":
      return { status: "converting" };
    case "done":
      return { status: "done", ...state.value };
    case "failed":
      return state;
  }
}

const noAdapterIn = (files: readonly File[]): Failure => ({
  code: "peft_unsupported",
  message: `There is no PEFT adapter in ${files.length === 1 ? files[0]!.name : "these files"}.`,
  action: "Give adapter_config.json and adapter_model.safetensors, or the folder with both.",
  details: { path: files[0]?.name ?? "", problems: [] },
});

const noBase: Failure = {
  code: "model_not_found",
  message: "A PEFT adapter is converted for a base, and none is picked.",
  action: "Pick the base it was trained for, then drop the adapter again.",
  details: { model: "" },
};

const unsent = (error: unknown): Failure => ({
  code: "file_unreadable",
  message: error instanceof Error ? error.message : String(error),
  action: "Check that the files can still be read, then drop them again.",
  details: { path: "", reason: "not sent" },
});
