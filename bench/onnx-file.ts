/**
 * As much of ONNX's format (onnx.proto3, protocol buffers) as a transformer encoder with float weights needs.
 * Field numbers are those of the format; nothing here reads a model.
 */

const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const seven = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? seven | 128 : seven);
  } while (rest > 0n);
  return Buffer.from(bytes);
};

const VARINT = 0;
const LENGTH_DELIMITED = 2;

const number = (field: number, value: number | bigint): Buffer =>
  Buffer.concat([varint((field << 3) | VARINT), varint(value)]);

function message(field: number, ...parts: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint((field << 3) | LENGTH_DELIMITED), varint(body.length), body]);
}

const FLOAT = 1;
const INT64 = 7;

/** Dimensions as numbers, or as names where they differ from call to call. */
type Dimensions = (number | string)[];

export const floats = (name: string, dimensions: number[], values: Float32Array): Buffer =>
  tensor(name, dimensions, FLOAT, Buffer.from(values.buffer, values.byteOffset, values.byteLength));

export const integers = (name: string, values: number[]): Buffer =>
  tensor(name, [values.length], INT64, Buffer.from(new BigInt64Array(values.map(BigInt)).buffer));

const tensor = (name: string, dimensions: number[], type: number, raw: Buffer): Buffer =>
  message(5, ...dimensions.map((size) => number(1, size)), number(2, type), message(8, name), message(9, raw));

/** Integer attributes, single or as a list: all that the operations used here take. */
export function operation(
  type: string,
  inputs: string[],
  output: string,
  attributes: Record<string, number | number[]> = {},
): Buffer {
  const written = Object.entries(attributes).map(([name, value]) =>
    Array.isArray(value)
      ? message(5, message(1, name), ...value.map((each) => number(8, each)), number(20, 7))
      : message(5, message(1, name), number(3, value), number(20, 2)),
  );
  return message(1, ...inputs.map((input) => message(1, input)), message(2, output), message(4, type), ...written);
}

export const tokenInput = (name: string): Buffer => valueInfo(11, name, INT64, ["batch", "sequence"]);
export const floatOutput = (name: string, dimensions: Dimensions): Buffer => valueInfo(12, name, FLOAT, dimensions);

function valueInfo(field: number, name: string, type: number, dimensions: Dimensions): Buffer {
  const sizes = dimensions.map((size) => message(1, typeof size === "number" ? number(1, size) : message(2, size)));
  return message(field, message(1, name), message(2, message(1, number(1, type), message(2, ...sizes))));
}

/** @param parts  of the graph: operations, tensors, inputs and outputs */
export const onnxModel = (parts: Buffer[]): Buffer =>
  Buffer.concat([number(1, 8), message(7, message(2, "encoder"), ...parts), message(8, message(1, ""), number(2, 17))]);
