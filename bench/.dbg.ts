import { mkdtempSync } from "node:fs"; import { BenchEngine } from "./bench-engine.ts"; import { generatedModel } from "./generated-model.ts"; import { questionAbout } from "./generated-documents.ts";
const d=mkdtempSync("/tmp/fb-dbg-"); const g=generatedModel();
await using p=await BenchEngine.open(d+"/ws"); const m=await p.addModel(g.basePath);
console.log(await p.load(m.id));
const a=await p.ask({question:questionAbout(101),arms:["base"],modelId:m.id,seed:1,temperature:0,maxTokens:16});
const b=await p.ask({question:questionAbout(201),arms:["base"],modelId:m.id,seed:1,temperature:0,maxTokens:16,threadId:a.comparison.threadId});
const c=await p.ask({question:questionAbout(101),arms:["base"],modelId:m.id,seed:1,temperature:0,maxTokens:16,reuse:false});
for(const x of [a,b,c]){const r=x.comparison.arms[0]!; console.log(r.promptTokens,r.provenance!.cachedTokens,r.provenance!.prefillChunk,Math.round(x.ms),JSON.stringify(r.provenance!.prompt).slice(0,900)); console.log(JSON.stringify(r.text))}
