import { type ChildOptions, type ChildStatus, SupervisedChild } from "../children/supervised-child.ts";
import type { RerankHost } from "./rerank-host.ts";

/** Reading a page with a cross-encoder takes tenths of a second; a host that says nothing for so long is stuck. */
const LIMIT_MS = 120_000;

/**
 * The user's own cross-encoder, in a child process of its own: it reads question and passage together, which no
 * stored vector can do. None is bundled; the process starts with the first question that asks for it.
 */
export class Reranking implements AsyncDisposable {
  readonly #host: SupervisedChild<RerankHost>;

  constructor(hooks: Pick<ChildOptions, "onLog" | "onCrash"> = {}) {
    this.#host = new SupervisedChild<RerankHost>({
      name: "the rerank host",
      program: new URL("./rerank-host.ts", import.meta.url),
      ...hooks,
    });
  }

  get status(): ChildStatus {
    return this.#host.status;
  }

  /**
   * @param path   a folder with ONNX files as transformers.js lays them out, or a GGUF file
   * @returns      one score per text, higher is better; scores of different questions cannot be compared
   * @throws reranker_unusable, child_crashed, child_stuck, file_quarantined, stopped
   */
  score(
    path: string,
    question: string,
    texts: string[],
    signal?: AbortSignal,
  ): Promise<{ scores: number[]; sha256: string }> {
    return this.#host.call("score", { path, question, texts }, { signal, timeLimitMs: LIMIT_MS, suspect: path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host[Symbol.asyncDispose]();
  }
}
