import type { DatasetReport } from "../../contract/training.ts";
import { readHeader } from "../../runtime/gguf-header.ts";
import { modelIsAdapter } from "../../runtime/model-failures.ts";
import { readHyperparameters } from "../model/architecture.ts";
import type { PlanRequest } from "../requests.ts";
import { examineForBase } from "./prepare.ts";

/** @throws dataset_empty, dataset_malformed when nothing in it is an example, training_unsupported */
export async function examine(request: PlanRequest): Promise<DatasetReport> {
  const { path } = request.base;
  const header = await readHeader(path);
  if (header.isAdapter) throw modelIsAdapter(path);
  return (await examineForBase(request, path, readHyperparameters(path, header))).report;
}
