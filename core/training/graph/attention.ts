import type { Tensor } from "../ggml/native-types.ts";
import { traitsOf } from "../model/architecture-traits.ts";
import { backwardLinear, forwardLinear } from "./linear.ts";
import { backwardNormIfAny, forwardNormIfAny } from "./norm.ts";
import { type AttentionTape, type LayerTape, rotationOf, type Scope } from "./scope.ts";

interface AttentionResult {
  /** [embedding, tokens], before it is added to the layer's input */
  output: Tensor;
  tape: AttentionTape;
}

/** Queries, keys and values, or their gradients; each [head's dimensions, its heads, tokens]. */
type Projected = [queries: Tensor, keys: Tensor, values: Tensor];

/** Grouped-query attention over the packed sequences; the mask keeps them apart. */
export function forwardAttention(
  scope: Scope,
  layer: number,
  input: Tensor,
  linear: LayerTape["linear"],
): AttentionResult {
  const { operations, base, inputs } = scope;
  const { heads, headDimensions } = base.hyperparameters;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const [queriesRaw, keysRaw, valuesRaw] = project(scope, layer, input, linear);
  const byHead = (values: Tensor) => operations.permute(values, 0, 2, 1, 3); // [dimensions, tokens, heads]
  const rotation = rotationOf(scope, layer);
  // Copied into one piece: ggml's fast product takes its second factor in no other way.
  const queries = operations.contiguous(
    byHead(operations.rotate(forwardNormIfAny(scope, name("attn_q_norm"), queriesRaw), rotation)),
  );
  const keys = byHead(operations.rotate(forwardNormIfAny(scope, name("attn_k_norm"), keysRaw), rotation));
  const values = byHead(valuesRaw);
  const scores = operations.mulMat(keys, queries); // [tokens (keys), tokens (queries), heads]
  const { weights, capped } = forwardWeights(scope, layer, scores);
  const mixed = byHead(operations.mulMat(operations.transposed(values), weights)); // [dimensions, heads, tokens]
  const joined = operations.reshape2(operations.contiguous(mixed), headDimensions * heads, inputs.shape.tokens);
  return {
    output: forwardLinear(scope, name("attn_output"), joined, linear),
    tape: { queriesRaw, keysRaw, queries, keys, values, weights, capped },
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
  const { heads, headDimensions } = base.hyperparameters;
  const { queriesRaw, keysRaw, queries, keys, values, weights } = attention;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const joined = backwardLinear(scope, name("attn_output"), gradient, linear, true)!;
  const perHead = operations.reshape3(joined, headDimensions, heads, inputs.shape.tokens);
  const mixed = operations.contiguous(operations.permute(perHead, 0, 2, 1, 3));

  const valueGradient = sumGroups(scope, operations.outProd(mixed, weights), values);
  const scores = backwardWeights(scope, operations.mulMat(values, mixed), attention);
  const queryGradient = operations.mulMat(operations.transposed(keys), scores);
  const keyGradient = sumGroups(scope, operations.outProd(queries, scores), keys);

  const byToken = (part: Tensor) => operations.contiguous(operations.permute(part, 0, 2, 1, 3));
  const rotation = rotationOf(scope, layer);
  const unrotate = (part: Tensor, raw: Tensor, norm: string) =>
    backwardNormIfAny(scope, name(norm), operations.rotateBack(byToken(part), rotation), raw);
  const gradients: Projected = [
    unrotate(queryGradient, queriesRaw, "attn_q_norm"),
    unrotate(keyGradient, keysRaw, "attn_k_norm"),
    byToken(valueGradient),
  ];
  return projectBack(scope, layer, gradients, linear, needsInput);
}

function project(scope: Scope, layer: number, input: Tensor, linear: LayerTape["linear"]): Projected {
  const { operations, base, inputs } = scope;
  const { architecture, heads, keyValueHeads, headDimensions } = base.hyperparameters;
  const { tokens } = inputs.shape;
  const linearOf = (part: string) => forwardLinear(scope, `blk.${layer}.${part}.weight`, input, linear);
  if (!traitsOf(architecture).isFused) {
    const of = (part: string, count: number) => operations.reshape3(linearOf(part), headDimensions, count, tokens);
    return [of("attn_q", heads), of("attn_k", keyValueHeads), of("attn_v", keyValueHeads)];
  }
  const all = linearOf("attn_qkv");
  const headBytes = 4 * headDimensions;
  const strides: [number, number] = [headBytes, headBytes * (heads + 2 * keyValueHeads)];
  const from = (head: number, count: number) =>
    operations.view3(all, [headDimensions, count, tokens], strides, headBytes * head);
  return [from(0, heads), from(heads, keyValueHeads), from(heads + keyValueHeads, keyValueHeads)];
}

function projectBack(
  scope: Scope,
  layer: number,
  gradients: Projected,
  linear: LayerTape["linear"],
  needsInput: boolean,
): Tensor | null {
  const { operations, base, inputs } = scope;
  const { architecture, heads, keyValueHeads, headDimensions } = base.hyperparameters;
  const counts = [heads, keyValueHeads, keyValueHeads];
  const flat = gradients.map((part, index) =>
    operations.reshape2(part, headDimensions * counts[index]!, inputs.shape.tokens),
  );
  const back = (part: string, gradient: Tensor) =>
    backwardLinear(scope, `blk.${layer}.${part}.weight`, gradient, linear, needsInput);
  if (traitsOf(architecture).isFused) return back("attn_qkv", flat.reduce(operations.joined));
  const below = ["attn_q", "attn_k", "attn_v"].map((part, index) => back(part, flat[index]!));
  return needsInput ? below.map((part) => part!).reduce(operations.add) : null;
}

/** How much every query takes of every value; Gemma 2 keeps the scores within a cap before. */
function forwardWeights({ operations, base, inputs }: Scope, layer: number, scores: Tensor) {
  const { attentionScale, attentionCap } = base.hyperparameters;
  const mask = inputs.maskOf(layer);
  if (attentionCap === null) return { weights: operations.softMaxMasked(scores, mask, attentionScale), capped: null };
  const capped = operations.tanh(operations.scale(scores, attentionScale / attentionCap));
  return { weights: operations.softMaxMasked(capped, mask, attentionCap), capped };
}

/** The gradient of the scores, for that of the weights. */
function backwardWeights({ operations, base }: Scope, gradient: Tensor, { weights, capped }: AttentionTape): Tensor {
  const { attentionScale, attentionCap } = base.hyperparameters;
  if (attentionCap === null || capped === null) return operations.softMaxBack(gradient, weights, attentionScale);
  const below = operations.softMaxBack(gradient, weights, attentionCap);
  const slope = operations.scaleAndShift(operations.square(capped), -1, 1);
  return operations.scale(operations.mul(below, slope), attentionScale / attentionCap);
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
