import { type LlamaModel, LlamaText, type Token } from "node-llama-cpp";
import { type ChatTemplate, resolveTemplate } from "../../runtime/chat-template.ts";
import { openLlama, withReason } from "../../runtime/llama-library.ts";
import { modelLoadFailed } from "../../runtime/model-failures.ts";
import { layOut } from "../../runtime/prompt.ts";
import type { ChatMessage } from "../../runtime/requests.ts";
import type { TokenSequence } from "../graph/batch-inputs.ts";
import type { Conversation } from "../dataset/conversation.ts";

/** An example in the base's tokens, laid out by its own chat template exactly as it will be asked. */
export interface EncodedExample extends TokenSequence {
  line: number;
}

/** The tokenizer and chat template of a base, without its weights. */
export class Encoder implements AsyncDisposable {
  readonly #model: LlamaModel;
  readonly #template: ChatTemplate;
  readonly #endToken: Token | null;

  private constructor(model: LlamaModel) {
    this.#model = model;
    this.#template = resolveTemplate(model);
    this.#endToken = this.#findEndToken();
  }

  /** @throws model_load_failed */
  static async open(path: string): Promise<Encoder> {
    const llama = await openLlama();
    const load = () => llama.loadModel({ modelPath: path, vocabOnly: true, ignoreMemorySafetyChecks: true });
    return new Encoder(await withReason(load, (reason) => modelLoadFailed(path, reason)));
  }

  /**
   * One sequence where every turn continues the one before. A template that lays earlier answers out differently
   * (some leave out their thoughts) gives one sequence per answer instead.
   */
  encode({ line, messages }: Conversation): EncodedExample[] {
    const examples: EncodedExample[] = [];
    let current: { tokens: Token[]; answers: boolean[] } | null = null;
    for (const [index, { role, content }] of messages.entries()) {
      if (role !== "assistant") continue;
      const laidOut = layOut(this.#model, this.#template, messages.slice(0, index));
      const prompt = laidOut.tokens;
      const answer = this.#answer(content, laidOut.startsInThought);
      const continues: boolean = current !== null && current.tokens.every((token, at) => prompt[at] === token);
      if (current !== null && !continues) examples.push(finished(line, current));
      const known: boolean[] = continues ? current!.answers : [];
      // Position i predicts token i + 1, so the prompt's last token already carries loss.
      const asked = Array.from({ length: prompt.length }, (_, at) => known[at] ?? at === prompt.length - 1);
      asked[prompt.length - 1] = true;
      current = {
        tokens: [...prompt, ...answer],
        answers: [...asked, ...answer.map((_, at) => at + 1 < answer.length)],
      };
    }
    return current === null ? examples : [...examples, finished(line, current)];
  }

  #answer(text: string, startsInThought: boolean): Token[] {
    // Where the prompt opens a thought by itself, the answer first closes it.
    const values = startsInThought ? [this.#template.thought!.close, text] : [text];
    const tokens = LlamaText(values).tokenize(this.#model.tokenizer, "trimLeadingSpace");
    return this.#endToken === null ? tokens : [...tokens, this.#endToken];
  }

  /** What the template writes after an answer, when that ends an answer; else the model's own end token. */
  #findEndToken(): Token | null {
    const { eot, eos } = this.#model.tokens;
    const asked: ChatMessage[] = [{ role: "user", content: "a" }];
    const answered: ChatMessage[] = [...asked, { role: "assistant", content: "b" }, { role: "user", content: "c" }];
    const before = layOut(this.#model, this.#template, asked).tokens;
    const after = layOut(this.#model, this.#template, answered).tokens;
    const following = after.slice(before.length).find((token) => this.#model.isEogToken(token));
    return following ?? eot ?? eos;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.dispose();
  }
}

const finished = (line: number, { tokens, answers }: { tokens: Token[]; answers: boolean[] }): EncodedExample => ({
  line,
  tokens: Int32Array.from(tokens),
  answers: Uint8Array.from(answers, Number),
});
