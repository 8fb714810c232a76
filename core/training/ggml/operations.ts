import type { Ggml } from "./library.ts";
import type { Context, Tensor } from "./native-types.ts";
import { type TensorType, tensorTypes } from "./tensor-type.ts";

/** What rotary embedding needs beside the tensor; see ggml_rope_ext. */
export interface Rotation {
  positions: Tensor;
  /** Llama 3's per-frequency factors; null for all others. */
  factors: Tensor | null;
  dimensions: number;
  /** 0 rotates neighbours (llama), 2 rotates halves (qwen). */
  mode: number;
  trainedContextSize: number;
  frequencyBase: number;
  frequencyScale: number;
  /** What the rotated are multiplied by. */
  magnitude: number;
}

/**
 * ggml's operations in one context. Shapes are written innermost first, as ggml counts: [features, tokens].
 *
 * Every call only describes; nothing is computed before the graph runs.
 */
export class Operations {
  readonly #ggml: Ggml;
  readonly #context: Context;

  constructor(ggml: Ggml, context: Context) {
    this.#ggml = ggml;
    this.#context = context;
  }

  /** `a` [k, m] and `b` [k, n] give [m, n]: aᵀ·b in ggml's order. */
  mulMat = (a: Tensor, b: Tensor): Tensor => this.#ggml.ggml_mul_mat(this.#context, a, b);
  /** `a` [m, n] and `b` [k, n] give [m, k], summed over n. */
  outProd = (a: Tensor, b: Tensor): Tensor => this.#ggml.ggml_out_prod(this.#context, a, b);
  mul = (a: Tensor, b: Tensor): Tensor => this.#ggml.ggml_mul(this.#context, a, b);
  add = (a: Tensor, b: Tensor): Tensor => this.#ggml.ggml_add(this.#context, a, b);
  scale = (a: Tensor, by: number): Tensor => this.#ggml.ggml_scale(this.#context, a, by);
  scaleAndShift = (a: Tensor, by: number, shift: number): Tensor =>
    this.#ggml.ggml_scale_bias(this.#context, a, by, shift);
  getRows = (a: Tensor, rows: Tensor): Tensor => this.#ggml.ggml_get_rows(this.#context, a, rows);
  getRowsBack = (gradient: Tensor, rows: Tensor, like: Tensor): Tensor =>
    this.#ggml.ggml_get_rows_back(this.#context, gradient, rows, like);
  /** Writes into `a` itself. */
  setRows = (a: Tensor, values: Tensor, rows: Tensor): Tensor =>
    this.#ggml.ggml_set_rows(this.#context, a, values, rows);
  rmsNorm = (a: Tensor, epsilon: number): Tensor => this.#ggml.ggml_rms_norm(this.#context, a, epsilon);
  rmsNormBack = (gradient: Tensor, a: Tensor, epsilon: number): Tensor =>
    this.#ggml.ggml_rms_norm_back(this.#context, gradient, a, epsilon);
  silu = (a: Tensor): Tensor => this.#ggml.ggml_silu(this.#context, a);
  siluBack = (gradient: Tensor, a: Tensor): Tensor => this.#ggml.ggml_silu_back(this.#context, gradient, a);
  /** silu(gate) · up */
  swiglu = (gate: Tensor, up: Tensor): Tensor => this.#ggml.ggml_swiglu_split(this.#context, gate, up);
  /** gelu(gate) · up, gelu in its tanh form and from a table of half floats, as llama.cpp runs it. */
  geglu = (gate: Tensor, up: Tensor): Tensor => this.#ggml.ggml_geglu_split(this.#context, gate, up);
  gelu = (a: Tensor): Tensor => this.#ggml.ggml_gelu(this.#context, a);
  tanh = (a: Tensor): Tensor => this.#ggml.ggml_tanh(this.#context, a);
  sigmoid = (a: Tensor): Tensor => this.#ggml.ggml_sigmoid(this.#context, a);
  square = (a: Tensor): Tensor => this.#ggml.ggml_sqr(this.#context, a);
  softMax = (a: Tensor): Tensor => this.#ggml.ggml_soft_max(this.#context, a);
  /** Of scale · a + mask. */
  softMaxMasked = (a: Tensor, mask: Tensor | null, scale: number): Tensor =>
    this.#ggml.ggml_soft_max_ext(this.#context, a, mask, scale, 0);
  softMaxBack = (gradient: Tensor, result: Tensor, scale: number): Tensor =>
    this.#ggml.ggml_soft_max_ext_back(this.#context, gradient, result, scale, 0);
  repeatBack = (gradient: Tensor, like: Tensor): Tensor => this.#ggml.ggml_repeat_back(this.#context, gradient, like);
  reshape2 = (a: Tensor, n0: number, n1: number): Tensor => this.#ggml.ggml_reshape_2d(this.#context, a, n0, n1);
  reshape3 = (a: Tensor, n0: number, n1: number, n2: number): Tensor =>
    this.#ggml.ggml_reshape_3d(this.#context, a, n0, n1, n2);
  view1 = (a: Tensor, n0: number, atByte: number): Tensor => this.#ggml.ggml_view_1d(this.#context, a, n0, atByte);
  view2 = (a: Tensor, n0: number, n1: number, rowBytes: number, atByte: number): Tensor =>
    this.#ggml.ggml_view_2d(this.#context, a, n0, n1, rowBytes, atByte);
  view3 = (a: Tensor, shape: [number, number, number], strides: [number, number], atByte: number): Tensor =>
    this.#ggml.ggml_view_3d(this.#context, a, ...shape, ...strides, atByte);
  view4 = (a: Tensor, shape: FourNumbers, strides: [number, number, number]): Tensor =>
    this.#ggml.ggml_view_4d(this.#context, a, ...shape, ...strides, 0);
  permute = (a: Tensor, ...axes: FourNumbers): Tensor => this.#ggml.ggml_permute(this.#context, a, ...axes);
  /** One behind the other along the innermost dimension. */
  joined = (first: Tensor, second: Tensor): Tensor => this.#ggml.ggml_concat(this.#context, first, second, 0);
  /** A copy with rows and columns exchanged. */
  transposed = (a: Tensor): Tensor => this.#ggml.ggml_cont(this.#context, this.#ggml.ggml_transpose(this.#context, a));
  contiguous = (a: Tensor): Tensor => this.#ggml.ggml_cont(this.#context, a);
  cast = (a: Tensor, type: TensorType): Tensor => this.#ggml.ggml_cast(this.#context, a, tensorTypes[type]);
  copyInto = (a: Tensor, target: Tensor): Tensor => this.#ggml.ggml_cpy(this.#context, a, target);
  rotate = (a: Tensor, rotation: Rotation): Tensor =>
    this.#ggml.ggml_rope_ext(this.#context, a, ...rotationArguments(rotation));
  rotateBack = (gradient: Tensor, rotation: Rotation): Tensor =>
    this.#ggml.ggml_rope_ext_back(this.#context, gradient, ...rotationArguments(rotation));
  stepAdamW = (weights: Tensor, gradient: Tensor, moments: [Tensor, Tensor], settings: Tensor): Tensor =>
    this.#ggml.ggml_opt_step_adamw(this.#context, weights, gradient, ...moments, settings);
}

type FourNumbers = [number, number, number, number];

function rotationArguments(rotation: Rotation) {
  const { positions, factors, dimensions, mode, trainedContextSize, frequencyBase, frequencyScale, magnitude } =
    rotation;
  // The zero and the last two are YaRN's and stay neutral.
  const paces = [frequencyBase, frequencyScale, 0, magnitude, 32, 1] as const;
  const numbers = [dimensions, mode, trainedContextSize, ...paces] as const;
  return [positions, factors, ...numbers] as const;
}
