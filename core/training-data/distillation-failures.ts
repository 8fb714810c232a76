import { basename } from "node:path";
import { FourfoldError } from "../contract/failures.ts";

export const promptsUnusable = (path: string, problems: { line: number; problem: string }[]): FourfoldError => {
  const [first] = problems;
  const why = first === undefined ? "it is empty" : `line ${first.line}: ${first.problem}`;
  return new FourfoldError({
    code: "prompts_unusable",
    message: `${basename(path)} holds no prompts (${why}).`,
    action: "Give one prompt per line as plain text, JSONL with prompt, or CSV with a column prompt.",
    details: { path, problems },
  });
};

export const distillationBusy = (draftId: string, name: string): FourfoldError =>
  new FourfoldError({
    code: "distillation_busy",
    message: `Answers for ${name} are being drafted, and one model at a time answers.`,
    action: "Wait until they are written, or pause them.",
    details: { draftId, name },
  });

export const draftNotFound = (draftId: string): FourfoldError =>
  new FourfoldError({
    code: "draft_not_found",
    message: "This draft was removed.",
    action: "Start a new one.",
    details: { draftId },
  });

export const nothingAccepted = (draftId: string, open: number): FourfoldError =>
  new FourfoldError({
    code: "nothing_accepted",
    message: `No drafted answer is accepted yet; ${open} wait for a decision.`,
    action: "Review the answers, or accept all of them.",
    details: { draftId, open },
  });

export const draftingStopped = (): FourfoldError =>
  new FourfoldError({
    code: "stopped",
    message: "Drafting was stopped; the answers so far are kept.",
    action: "Go on with it when you like.",
    details: {},
  });
