import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import type { Failure } from "../../../core/contract/index.ts";
import type { DatasetReport, TrainingSettings } from "../../../core/contract/training.ts";
import { pathOfFile } from "../../engine/upload.ts";
import { type Live, useLive } from "../../engine/use-live.ts";

/** The file on its way to the engine, or there. */
export type DatasetFile =
  | { status: "none" }
  | { status: "sending"; name: string; fraction: number }
  | { status: "ready"; name: string; path: string }
  | { status: "failed"; name: string; failure: Failure };

export interface DatasetHandle {
  file: DatasetFile;
  /** Read again whenever file, base or splits change. */
  report: Live<DatasetReport>;
  /** Whether the report is of what is set now. */
  isReading: boolean;
  /** The user's word that malformed lines may be left out. */
  skipsMalformed: boolean;
  setSkipsMalformed: (skips: boolean) => void;
  take: (file: File) => void;
  /** A file that is with the engine already. */
  takePath: (path: string) => void;
  drop: () => void;
}

/** What a dataset's report depends on besides the dataset. */
type ReportSettings = Pick<TrainingSettings, "validationShare" | "testShare" | "sequenceLength" | "seed" | "passages">;

/** Typing a number is over when nothing more comes for this long. */
const TYPING_PAUSE_MS = 400;

/** The dataset a run would train on, and what is wrong with it. */
export function useDataset(baseId: string | null, settings: ReportSettings): DatasetHandle {
  const [file, setFile] = useState<DatasetFile>({ status: "none" });
  const [skipsMalformed, setSkipsMalformed] = useState(false);
  const sending = useRef<AbortController>(null);
  useEffect(() => () => sending.current?.abort(), []);

  const { validationShare, testShare, sequenceLength, seed, passages } = settings;
  const key =
    file.status === "ready"
      ? JSON.stringify({
          path: file.path,
          baseId,
          settings: { validationShare, testShare, sequenceLength, seed, passages },
        })
      : null;
  const [settledKey] = useDebouncedValue(key, TYPING_PAUSE_MS, { leading: true });
  const report = useLive(key === null ? null : settledKey, [], (engine, asked, options) => {
    const {
      path,
      baseId: base,
      settings: shares,
    } = JSON.parse(asked) as {
      path: string;
      baseId: string | null;
      settings: ReportSettings;
    };
    // Malformed lines are part of what the report says; whether they may be left out is asked before training.
    const input = { path, skipMalformed: true, settings: shares, ...(base !== null && { baseId: base }) };
    return engine.training.examine(input, options);
  });

  async function send(picked: File): Promise<void> {
    sending.current?.abort();
    const { signal } = (sending.current = new AbortController());
    const { name } = picked;
    setSkipsMalformed(false);
    setFile({ status: "sending", name, fraction: 0 });
    try {
      const path = await pathOfFile(picked, {
        batch: crypto.randomUUID(),
        signal,
        onProgress: ({ sentBytes, totalBytes }) =>
          setFile({ status: "sending", name, fraction: totalBytes === 0 ? 1 : sentBytes / totalBytes }),
      });
      if (!signal.aborted) setFile({ status: "ready", name, path });
    } catch (error) {
      if (!signal.aborted) setFile({ status: "failed", name, failure: unsent(name, error) });
    }
  }

  return {
    file,
    report,
    isReading: key !== null && (key !== settledKey || (report.value === null && report.failure === null)),
    skipsMalformed,
    setSkipsMalformed,
    take: (picked) => void send(picked),
    takePath(path) {
      sending.current?.abort();
      setSkipsMalformed(false);
      setFile({ status: "ready", name: path.split(/[/\\]/).at(-1)!, path });
    },
    drop() {
      sending.current?.abort();
      setFile({ status: "none" });
    },
  };
}

const unsent = (name: string, error: unknown): Failure => ({
  code: "file_unreadable",
  message: error instanceof Error ? error.message : String(error),
  action: "Check that the file can still be read, then drop it again.",
  details: { path: name, reason: "not sent" },
});
