import { useState } from "react";
import type { TrainingPlan } from "../../../core/contract/training.ts";
import { type CallState, useCall } from "../../engine/use-call.ts";
import { defaultDraft, defaultSettings, type ReadSettings, readSettings, type SettingsDraft } from "./settings-form.ts";
import { type DatasetHandle, useDataset } from "./use-dataset.ts";
import type { RunRequest } from "./use-training.ts";

export interface TrainingForm {
  dataset: DatasetHandle;
  draft: SettingsDraft;
  setDraft: (draft: SettingsDraft) => void;
  problems: ReadSettings["problems"];
  name: string;
  setName: (name: string) => void;
  nameOffer: string;
  /** What would be trained; null while something is missing. */
  request: RunRequest | null;
  /** What is missing, in words; null when nothing is. */
  blockedBy: string | null;
  /** Of the request as it stands; idle when it has changed since. */
  plan: CallState<TrainingPlan>;
  makePlan: () => void;
}

/** Everything that is said before a run starts; kept while another screen is looked at. */
export function useTrainingForm(baseId: string | null): TrainingForm {
  const [draft, setDraft] = useState(defaultDraft);
  const [name, setName] = useState("");
  const { settings, problems } = readSettings(draft);
  const dataset = useDataset(baseId, settings ?? defaultSettings);
  const planning = useCall((engine, { path, skipMalformed, baseId: base, settings: asked }: RunRequest, options) =>
    engine.training.plan({ path, skipMalformed, baseId: base, settings: asked }, options),
  );
  const [plannedKey, setPlannedKey] = useState<string | null>(null);

  const nameOffer = dataset.file.status === "none" ? "My adapter" : dataset.file.name.replace(/\.[^.]*$/, "");
  const blockedBy = whyBlocked(baseId, dataset, settings !== null);
  const request =
    blockedBy !== null || baseId === null || settings === null || dataset.file.status !== "ready"
      ? null
      : {
          path: dataset.file.path,
          skipMalformed: dataset.skipsMalformed,
          baseId,
          name: name.trim() || nameOffer,
          settings,
        };
  // A new name changes nothing that is planned.
  const key = request === null ? null : JSON.stringify({ ...request, name: "" });
  return {
    dataset,
    draft,
    setDraft,
    problems,
    name,
    setName,
    nameOffer,
    request,
    blockedBy,
    plan: key !== null && key === plannedKey ? planning.state : { status: "idle" },
    makePlan() {
      if (request === null) return;
      setPlannedKey(key);
      void planning.run(request);
    },
  };
}

function whyBlocked(baseId: string | null, dataset: DatasetHandle, hasSettings: boolean): string | null {
  const { file, report, isReading, skipsMalformed } = dataset;
  if (file.status === "none") return "Choose a dataset first.";
  if (baseId === null) return "Pick a base to train on.";
  if (file.status === "sending" || (file.status === "ready" && isReading)) return "The dataset is being read.";
  if (file.status === "failed" || report.value === null) return "This dataset cannot be trained on.";
  if (report.value.malformed.length > 0 && !skipsMalformed)
    return "Correct the lines that cannot be read, or agree to train without them.";
  return hasSettings ? null : "Correct the settings marked above.";
}
