/** Addresses of native objects; branded, because ggml ends the process when one is taken for another. */
export type Tensor = bigint & { readonly native: "tensor" };
export type Context = bigint & { readonly native: "context" };
export type Graph = bigint & { readonly native: "graph" };
export type Backend = bigint & { readonly native: "backend" };
export type Buffer = bigint & { readonly native: "buffer" };
export type BufferType = bigint & { readonly native: "buffer type" };
export type GraphAllocator = bigint & { readonly native: "graph allocator" };
export type Device = bigint & { readonly native: "device" };
export type Registry = bigint & { readonly native: "registry" };

/** What ggml_init takes, by value. */
export interface ContextParameters {
  mem_size: number;
  mem_buffer: null;
  no_alloc: boolean;
}

/** What a native argument or result is in TypeScript. */
export interface NativeTypes {
  void: void;
  tensor: Tensor;
  tensorOrNone: Tensor | null;
  context: Context;
  contextParameters: ContextParameters;
  graph: Graph;
  backend: Backend;
  buffer: Buffer;
  bufferType: BufferType;
  graphAllocator: GraphAllocator;
  device: Device;
  registry: Registry;
  address: bigint | null;
  bytes: NodeJS.ArrayBufferView | null;
  sizes: BigInt64Array;
  sizesOut: BigUint64Array;
  text: string;
  bool: boolean;
  byte: number;
  int: number;
  long: number;
  size: number;
  float: number;
}

/** The same in C, as koffi reads it; every object is an address. */
export const nativeNames: Record<keyof NativeTypes, string> = {
  void: "void",
  tensor: "void *",
  tensorOrNone: "void *",
  context: "void *",
  contextParameters: "ggml_init_params",
  graph: "void *",
  backend: "void *",
  buffer: "void *",
  bufferType: "void *",
  graphAllocator: "void *",
  device: "void *",
  registry: "void *",
  address: "void *",
  bytes: "void *",
  sizes: "int64_t *",
  sizesOut: "size_t *",
  text: "str",
  bool: "bool",
  byte: "uint8_t",
  int: "int",
  long: "int64_t",
  size: "size_t",
  float: "float",
};

export interface Signature {
  result: keyof NativeTypes;
  parameters: readonly (keyof NativeTypes)[];
}

type Arguments<Parameters extends readonly (keyof NativeTypes)[]> = {
  -readonly [Index in keyof Parameters]: NativeTypes[Parameters[Index]];
};

/** The TypeScript function a signature stands for. */
export type NativeFunction<S extends Signature> = (
  ...parameters: Arguments<S["parameters"]>
) => NativeTypes[S["result"]];

export function native<const Result extends keyof NativeTypes, const Parameters extends readonly (keyof NativeTypes)[]>(
  result: Result,
  ...parameters: Parameters
) {
  return { result, parameters };
}
