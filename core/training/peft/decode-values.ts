import { GgmlType } from "node-llama-cpp";

/** Block layout of Q8_0: one float16 scale, then 32 signed bytes (ggml-common.h, block_q8_0). */
const [BLOCK_VALUES, BLOCK_BYTES] = [32, 34];

/** The types adapters are written in; float16 and bfloat16 by PEFT and llama.cpp, Q8_0 on request. */
export async function decodeValues(
  type: GgmlType,
  count: number,
  read: (bytes: number) => Promise<Buffer>,
): Promise<Float32Array | null> {
  switch (type) {
    case GgmlType.F32:
      return fromFloat32(await read(count * 4));
    case GgmlType.F16:
      return fromFloat16(await read(count * 2));
    case GgmlType.BF16:
      return fromBfloat16(await read(count * 2));
    case GgmlType.Q8_0:
      return fromQ8(await read(Math.ceil(count / BLOCK_VALUES) * BLOCK_BYTES), count);
    default:
      return null;
  }
}

/** Bits are copied, not numbers: reading a number may change the bits of a NaN. */
export function fromFloat32(bytes: Buffer): Float32Array {
  const values = new Float32Array(bytes.length / 4);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

export function fromFloat16(bytes: Buffer): Float32Array {
  const view = viewOf(bytes);
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => view.getFloat16(index * 2, true));
}

/** The upper half of a float32. */
export function fromBfloat16(bytes: Buffer): Float32Array {
  const view = viewOf(bytes);
  const bits = Uint32Array.from({ length: bytes.length / 2 }, (_, index) => view.getUint16(index * 2, true) << 16);
  return new Float32Array(bits.buffer);
}

function fromQ8(bytes: Buffer, count: number): Float32Array {
  const view = viewOf(bytes);
  return Float32Array.from({ length: count }, (_, index) => {
    const block = Math.floor(index / BLOCK_VALUES) * BLOCK_BYTES;
    return view.getFloat16(block, true) * view.getInt8(block + 2 + (index % BLOCK_VALUES));
  });
}

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView => new DataView(buffer, byteOffset, byteLength);
