/** The metadata below an architecture's name; every value comes from a file and may be of any type. */
export interface ArchitectureFields {
  [name: string]: unknown;
  attention?: Record<string, unknown>;
  rope?: Record<string, unknown> & { scaling?: Record<string, unknown> };
}

/** Lists (one value per layer) count as unknown here. */
export const count = (value: unknown): number | null =>
  typeof value === "number" || typeof value === "bigint" ? Number(value) : null;

export const real = (value: unknown): number | null => (typeof value === "number" ? value : null);
