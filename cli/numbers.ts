import { InvalidArgumentError } from "commander";

export function parseInteger(word: string): number {
  const value = Number(word);
  if (!Number.isSafeInteger(value) || word.trim() === "") throw new InvalidArgumentError("A whole number, please.");
  return value;
}

export function parseNumber(word: string): number {
  const value = Number(word);
  if (!Number.isFinite(value) || word.trim() === "") throw new InvalidArgumentError("A number, please.");
  return value;
}
