import { FourfoldError } from "../contract/failures.ts";

export function embedderUnsupported(path: string, reason: string): FourfoldError {
  return new FourfoldError({
    code: "embedder_unsupported",
    message: `${path} cannot be used as an embedder: ${reason}.`,
    action:
      "Name a GGUF embedding model, or a folder with an ONNX model and its tokenizer as transformers.js wants it.",
    details: { path, reason },
  });
}

export function embedderMissing(embedder: string): FourfoldError {
  return new FourfoldError({
    code: "embedder_missing",
    message: `This workspace has no embedder ${embedder}.`,
    action: "Add it by its path first; the list of embedders shows their ids.",
    details: { embedder },
  });
}

export function embedderReplaced(name: string, path: string): FourfoldError {
  const reason = `${path} is gone or was replaced since it was added`;
  return new FourfoldError({
    code: "embedder_failed",
    message: `${name} cannot be used: ${reason}.`,
    action: "Put the file back, or add the new one as an embedder of its own and choose it for the collection.",
    details: { embedder: name, reason },
  });
}

export function embedderInUse(embedder: string, collections: string[]): FourfoldError {
  return new FourfoldError({
    code: "embedder_in_use",
    message: `${embedder} is needed by ${collections.join(", ")}.`,
    action: "Choose another embedder for these collections first, or remove them.",
    details: { embedder, collections },
  });
}
