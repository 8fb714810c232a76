import { getLlama, type Llama, type Token } from "node-llama-cpp";

const withProbabilities = { generateNext: { probabilities: true } } as const;

let opening: Promise<Llama> | null = null;

/** Nats per answer token as llama.cpp computes them: what training must agree with. */
export async function llamaLoss(
  modelPath: string,
  { tokens, answers }: { tokens: Int32Array; answers: Uint8Array },
  lora?: string,
): Promise<number> {
  const llama = await (opening ??= getLlama({ gpu: false, build: "never", progressLogs: false, maxThreads: 1 }));
  await using model = await llama.loadModel({ modelPath, ignoreMemorySafetyChecks: true });
  await using context = await model.createContext({ contextSize: 512, threads: 1, ...(lora && { lora }) });
  const evaluated = await context
    .getSequence()
    .controlledEvaluate(
      Array.from(tokens, (token): [Token, typeof withProbabilities] => [token as Token, withProbabilities]),
    );
  let sum = 0;
  let count = 0;
  for (let at = 0; at + 1 < tokens.length; at++) {
    if (answers[at] === 0) continue;
    sum -= Math.log(evaluated[at]!.next.probabilities!.get(tokens[at + 1] as Token)!);
    count += 1;
  }
  return sum / count;
}
