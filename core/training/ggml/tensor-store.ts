import type { Processor } from "./backend.ts";
import type { Buffer as NativeBuffer, Context, Tensor } from "./native-types.ts";
import { type TensorType, tensorTypes } from "./tensor-type.ts";

/** Aligned as ggml wants it, and never read. */
const NOWHERE = 4096n;

/**
 * Tensors that live from one graph run to the next: weights, LoRA matrices, inputs, optimizer state.
 *
 * Describe all of them with `add`, then `allocate` once; before that they have a shape and no data, which is all that
 * measuring a graph's memory takes.
 */
export class TensorStore implements Disposable {
  readonly context: Context;
  readonly #processor: Processor;
  #buffer: NativeBuffer | null = null;
  readonly #tensors: Tensor[] = [];

  constructor(processor: Processor, mostTensors: number) {
    this.#processor = processor;
    const { ggml } = processor;
    const bytes = (mostTensors + 1) * ggml.ggml_tensor_overhead();
    this.context = ggml.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
  }

  /** @param shape  innermost dimension first, as ggml counts */
  add(type: TensorType, ...shape: number[]): Tensor {
    const sizes = BigInt64Array.from(shape, BigInt);
    const tensor = this.#processor.ggml.ggml_new_tensor(this.context, tensorTypes[type], shape.length, sizes);
    this.#tensors.push(tensor);
    return tensor;
  }

  /** A tensor that an optimizer may change. */
  addParameter(...shape: number[]): Tensor {
    const tensor = this.add("F32", ...shape);
    this.#processor.ggml.ggml_set_param(tensor);
    return tensor;
  }

  /** Bytes that `allocate` takes. */
  get bytes(): number {
    const { ggml, bufferType } = this.#processor;
    return this.#buffer === null
      ? ggml.ggml_backend_alloc_ctx_tensors_from_buft_size(this.context, bufferType)
      : ggml.ggml_backend_buffer_get_size(this.#buffer);
  }

  allocate(): void {
    const buffer = this.#processor.ggml.ggml_backend_alloc_ctx_tensors(this.context, this.#processor.backend);
    if ((buffer as NativeBuffer | null) === null) throw new Error(`the system refused ${this.bytes} bytes`);
    this.#buffer = buffer;
  }

  /**
   * Give every tensor a place that does not exist, so that a graph over them can be measured as if they were allocated.
   * Such a store can never be used.
   */
  pretend(): void {
    const { ggml } = this.#processor;
    this.#buffer = ggml.ggml_backend_cpu_buffer_from_ptr(NOWHERE, Number.MAX_SAFE_INTEGER);
    for (const tensor of this.#tensors) ggml.ggml_backend_tensor_alloc(this.#buffer, tensor, NOWHERE);
  }

  set(tensor: Tensor, values: NodeJS.ArrayBufferView, atByte = 0): void {
    this.#processor.ggml.ggml_backend_tensor_set(tensor, values, atByte, values.byteLength);
  }

  bytesOf(tensor: Tensor): number {
    return this.#processor.ggml.ggml_nbytes(tensor);
  }

  clear(tensor: Tensor): void {
    this.#processor.ggml.ggml_backend_tensor_memset(tensor, 0, 0, this.bytesOf(tensor));
  }

  read(tensor: Tensor): Float32Array<ArrayBuffer> {
    const { ggml } = this.#processor;
    const values = new Float32Array(this.bytesOf(tensor) / 4);
    ggml.ggml_backend_tensor_get(tensor, values, 0, values.byteLength);
    return values;
  }

  [Symbol.dispose](): void {
    const { ggml } = this.#processor;
    if (this.#buffer !== null) ggml.ggml_backend_buffer_free(this.#buffer);
    ggml.ggml_free(this.context);
  }
}
