import { describe, expect, test } from "vitest";
import { learningRateFor } from "../../core/training/run/learning-rate.ts";
import { learningRateAt } from "../../core/training/run/schedule.ts";
import { planSteps } from "../../core/training/run/plan-steps.ts";
import type { EncodedExample } from "../../core/training/tokens/encode.ts";
import { countAnswers } from "../../core/training/tokens/lengths.ts";
import { pack } from "../../core/training/tokens/pack.ts";
import { seededRandom } from "../../core/training/seeded-random.ts";

const shape = { tokens: 100, answers: 40, headRows: 40 };

describe("the learning rate", () => {
  test("rises to its peak in the warm-up, then falls along a cosine to a twentieth", () => {
    const rates = Array.from({ length: 101 }, (_, step) => learningRateAt(step, 101, 1, 0.1));

    expect(rates[0]).toBeCloseTo(1 / 11);
    expect(Math.max(...rates)).toBe(rates[10]);
    expect(rates[10]).toBe(1);
    expect(rates[55]).toBeCloseTo(0.525, 1);
    expect(rates[100]).toBeCloseTo(0.05, 2);
  });
});

describe("the learning rate nobody chose", () => {
  test.each([
    [8e9, 1e-4],
    [1e9, 2e-4],
    [5e8, 2.5e-4],
    [1e8, 4.3e-4],
    [3e6, 1.4e-3],
    [2e5, 2e-3],
  ])("for a base of %d parameters is %d", (parameters, rate) => {
    expect(learningRateFor(parameters)).toBe(rate);
  });
});

describe("packing", () => {
  test("keeps every example whole, once, and within tokens and answers", () => {
    const sequences = examples(200);
    const batches = pack(sequences, shape);

    expect(batches.flat().toSorted((a, b) => a.line - b.line)).toEqual(sequences);
    for (const batch of batches) {
      expect(batch.reduce((sum, { tokens }) => sum + tokens.length, 0)).toBeLessThanOrEqual(shape.tokens);
      expect(batch.reduce((sum, example) => sum + countAnswers(example), 0)).toBeLessThanOrEqual(shape.answers);
    }
  });

  test("wastes little", () => {
    const sequences = examples(500);
    const used = sequences.reduce((sum, { tokens }) => sum + tokens.length, 0);

    expect(used / (pack(sequences, shape).length * shape.tokens)).toBeGreaterThan(0.85);
  });
});

describe("the steps of a run", () => {
  test("are the same for the same seed, and other ones for another", () => {
    const lines = (seed: number) =>
      planSteps(examples(100), shape, { epochs: 2, batchTokens: 300, seed }).steps.map(({ microBatches }) =>
        microBatches.flat().map(({ line }) => line),
      );

    expect(lines(1)).toEqual(lines(1));
    expect(lines(1)).not.toEqual(lines(2));
  });

  test("show every example once per epoch, in another order each time", () => {
    const { steps, stepsPerEpoch, microBatchesPerStep } = planSteps(examples(100), shape, {
      ...{ epochs: 2, batchTokens: 300, seed: 1 },
    });
    const first = steps.filter(({ epoch }) => epoch <= 1).flatMap(({ microBatches }) => microBatches.flat());
    const second = steps.filter(({ epoch }) => epoch > 1).flatMap(({ microBatches }) => microBatches.flat());
    const lines = (list: EncodedExample[]) => list.map(({ line }) => line);

    expect(microBatchesPerStep).toBe(3);
    expect(lines(first).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(lines(second)).not.toEqual(lines(first));
    expect(steps.filter(({ epoch }) => epoch <= 1)).toHaveLength(stepsPerEpoch);
    expect(steps.at(-1)!.epoch).toBe(2);
  });

  test("stop in the middle of an epoch when asked to", () => {
    const whole = planSteps(examples(100), shape, { epochs: 1, batchTokens: 100, seed: 1 });
    const half = planSteps(examples(100), shape, { epochs: 0.5, batchTokens: 100, seed: 1 });

    expect(half.steps).toEqual(whole.steps.slice(0, Math.round(whole.steps.length / 2)));
  });
});

function examples(count: number): EncodedExample[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, line) => {
    const length = 10 + Math.floor(random() * 40);
    const answers = Uint8Array.from({ length }, (__, at) => (at >= length - 8 && at + 1 < length ? 1 : 0));
    return { line, tokens: Int32Array.from({ length }, (__, at) => at), answers };
  });
}
