// Cut texts into tokens with llama.cpp.
//
//     node tokenize.mjs BASE.gguf TEXTS.json TOKENS.json
//
// TEXTS.json is an array of strings; TOKENS.json receives an array of arrays of token numbers.
import { readFileSync, writeFileSync } from "node:fs";
import { getLlama } from "node-llama-cpp";

const [basePath, textsPath, tokensPath] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, maxThreads: 1, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: basePath, vocabOnly: true });
const texts = JSON.parse(readFileSync(textsPath, "utf8"));
writeFileSync(tokensPath, JSON.stringify(texts.map((text) => Array.from(model.tokenize(text, true)))));
await llama.dispose();
