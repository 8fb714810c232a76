import type { AdapterReport } from "../contract/training.ts";
import type { Probe } from "../runtime/probe.ts";
import { reportAdapter } from "./peft/adapter-changes.ts";

/** Ordinary prose; an adapter that only teaches a form should hardly move it. */
const PROBE_TEXT =
  "The museum opens at nine in the morning and closes at five. Visitors can buy their tickets at the entrance or order them by telephone.";

/**
 * What an adapter changes in a base: norms from the two files, divergence measured on a text.
 *
 * @param probe  evaluates a text with base and adapter
 */
export async function describeAdapter(
  adapterPath: string,
  basePath: string,
  probe: (text: string) => Promise<Probe>,
  { text = PROBE_TEXT, signal }: { text?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<AdapterReport> {
  const changes = await reportAdapter(adapterPath, basePath, signal);
  const { path, rank, alpha, matched, unmatched } = changes;
  const layers = changes.layers.map(({ layer, deltaNorm }) => ({ layer, deltaNorm }));
  const report = { path, rank, alpha, matched, unmatched, layers };
  // llama.cpp refuses an adapter in which anything has no counterpart, so there is nothing to measure then.
  return { ...report, probe: unmatched.length > 0 ? null : { text, ...(await probe(text)) } };
}
