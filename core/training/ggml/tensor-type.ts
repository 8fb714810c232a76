/** ggml's numbers for the types that training reads or makes (enum ggml_type in ggml.h). */
export const tensorTypes = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q2_K: 10,
  Q3_K: 11,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  IQ4_NL: 20,
  IQ4_XS: 23,
  I32: 26,
  BF16: 30,
} as const;

export type TensorType = keyof typeof tensorTypes;

/** The name of a type training can read; null for any other. */
export function tensorTypeName(type: number): TensorType | null {
  const entry = Object.entries(tensorTypes).find(([, number]) => number === type);
  return entry === undefined ? null : (entry[0] as TensorType);
}
