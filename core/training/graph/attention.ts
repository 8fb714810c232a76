import type { Tensor } from "../ggml/native-types.ts";
import { backwardLinear, forwardLinear } from "./linear.ts";
import { backwardNorm } from "./norm.ts";
import { type LayerTape, rotationOf, type Scope } from "./scope.ts";

interface AttentionResult {
  /** [embedding, tokens], before it is added to the layer's input */
  output: Tensor;
  tape: LayerTape["attention"];
}

/** Grouped-query attention over the packed sequences; the mask keeps them apart. */
export function forwardAttention(
  scope: Scope,
  layer: number,
  input: Tensor,
  linear: LayerTape["linear"] | null,
): AttentionResult {
  const { operations, base, inputs } = scope;
  const { heads, keyValueHeads, headDimensions } = base.hyperparameters;
  const { tokens } = inputs.shape;
  const name = (part: string) => `blk.${layer}.${part}`;
  const project = (part: string, count: number) =>
    operations.reshape3(forwardLinear(scope, name(`${part}.weight`), input, linear), headDimensions, count, tokens);
  const queriesRaw = project("attn_q", heads);
  const keysRaw = project("attn_k", keyValueHeads);
  const byHead = (values: Tensor) => operations.permute(values, 0, 2, 1, 3); // [dimensions, tokens, heads]
  const rotation = rotationOf(scope);
  const queries = byHead(operations.rotate(headNorm(scope, name("attn_q_norm.weight"), queriesRaw), rotation));
  const keys = byHead(operations.rotate(headNorm(scope, name("attn_k_norm.weight"), keysRaw), rotation));
  const values = byHead(project("attn_v", keyValueHeads));
  const scores = operations.mulMat(keys, queries); // [tokens (keys), tokens (queries), heads]
  const weights = operations.softMaxMasked(scores, inputs.mask, 1 / Math.sqrt(headDimensions));
  const mixed = byHead(operations.mulMat(operations.transposed(values), weights)); // [dimensions, heads, tokens]
  const joined = operations.reshape2(operations.contiguous(mixed), headDimensions * heads, tokens);
  return {
    output: forwardLinear(scope, name("attn_output.weight"), joined, linear),
    tape: { queriesRaw, keysRaw, queries, keys, values, weights },
  };
}

/** @returns the gradient of the attention's input [embedding, tokens]; null when nothing below needs it */
export function backwardAttention(
  scope: Scope,
  layer: number,
  gradient: Tensor,
  { attention, linear }: LayerTape,
  needsInput: boolean,
): Tensor | null {
  const { operations, base, inputs } = scope;
  const { heads, keyValueHeads, headDimensions } = base.hyperparameters;
  const { tokens } = inputs.shape;
  const { queriesRaw, keysRaw, queries, keys, values, weights } = attention;
  const name = (part: string) => `blk.${layer}.${part}`;
  const joined = backwardLinear(scope, name("attn_output.weight"), gradient, linear, true)!;
  const mixed = operations.permute(operations.reshape3(joined, headDimensions, heads, tokens), 0, 2, 1, 3);

  const valueGradient = sumGroups(scope, operations.outProd(mixed, weights), values);
  const weightGradient = operations.mulMat(values, mixed);
  const scores = operations.softMaxBack(weightGradient, weights, 1 / Math.sqrt(headDimensions));
  const queryGradient = operations.mulMat(operations.transposed(keys), scores);
  const keyGradient = sumGroups(scope, operations.outProd(queries, scores), keys);

  const byToken = (perHead: Tensor) => operations.contiguous(operations.permute(perHead, 0, 2, 1, 3));
  const rotation = rotationOf(scope);
  const unrotate = (values: Tensor, raw: Tensor, normName: string, count: number) => {
    const unrotated = operations.rotateBack(byToken(values), rotation);
    return operations.reshape2(headNormBack(scope, normName, unrotated, raw), headDimensions * count, tokens);
  };
  const flatValues = operations.reshape2(byToken(valueGradient), headDimensions * keyValueHeads, tokens);
  const projected: [part: string, gradient: Tensor][] = [
    ["attn_q.weight", unrotate(queryGradient, queriesRaw, name("attn_q_norm.weight"), heads)],
    ["attn_k.weight", unrotate(keyGradient, keysRaw, name("attn_k_norm.weight"), keyValueHeads)],
    ["attn_v.weight", flatValues],
  ];
  const below = projected.map(([part, gradient]) => backwardLinear(scope, name(part), gradient, linear, needsInput));
  return needsInput ? below.map((part) => part!).reduce((sum, part) => operations.add(sum, part)) : null;
}

/** Several query heads share one key and value head: [dimensions, tokens, heads] → [dimensions, tokens, shared heads]. */
function sumGroups({ operations, base, inputs }: Scope, gradient: Tensor, like: Tensor): Tensor {
  const { heads, keyValueHeads, headDimensions } = base.hyperparameters;
  const group = heads / keyValueHeads;
  if (group === 1) return gradient;
  const tokenBytes = 4 * headDimensions;
  const headBytes = tokenBytes * inputs.shape.tokens;
  const grouped = operations.view4(
    gradient,
    [headDimensions, inputs.shape.tokens, keyValueHeads, group],
    [tokenBytes, headBytes * group, headBytes],
  );
  return operations.repeatBack(grouped, like);
}

/** Qwen 3 normalises every head of queries and keys; the others have no such weight. */
function headNorm({ operations, base }: Scope, name: string, values: Tensor): Tensor {
  const norm = base.find(name);
  if (norm === undefined) return values;
  return operations.mul(operations.rmsNorm(values, base.hyperparameters.normEpsilon), norm.tensor);
}

const headNormBack = (scope: Scope, name: string, gradient: Tensor, raw: Tensor): Tensor =>
  scope.base.find(name) === undefined ? gradient : backwardNorm(scope, name, gradient, raw);
