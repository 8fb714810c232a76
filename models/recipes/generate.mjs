// Answer prompts with llama.cpp, greedily, with or without an adapter.
//
//     node generate.mjs BASE.gguf PROMPTS.json ANSWERS.json [ADAPTER.gguf]
//
// PROMPTS.json is an array of message lists; ANSWERS.json receives an array of strings in the same order.
// The ChatML of the model's own template is written out here, so that what is measured is the exact prompt.
import { readFileSync, writeFileSync } from "node:fs";
import { getLlama } from "node-llama-cpp";

const [basePath, promptsPath, answersPath, adapterPath] = process.argv.slice(2);
const maxTokens = 110;

const llama = await getLlama({ gpu: false, maxThreads: 1, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: basePath });
const lora = adapterPath && { adapters: [{ filePath: adapterPath, scale: 1 }] };
const context = await model.createContext({ contextSize: 2048, sequences: 1, threads: 1, lora });
const sequence = context.getSequence();

const answers = [];
for (const messages of JSON.parse(readFileSync(promptsPath, "utf8"))) {
  const turns = messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`);
  const prompt = model.tokenize(`${turns.join("")}<|im_start|>assistant\n`, true);
  // A fresh start per prompt: no answer may depend on the one before it.
  await sequence.clearHistory();
  const answer = [];
  for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
    if (model.isEogToken(token) || answer.length >= maxTokens) break;
    answer.push(token);
  }
  answers.push(model.detokenize(answer));
}
writeFileSync(answersPath, `${JSON.stringify(answers, null, 1)}\n`);
await llama.dispose();
