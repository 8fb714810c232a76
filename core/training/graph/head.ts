import type { Tensor } from "../ggml/native-types.ts";
import { HEAD_SCALE } from "./head-scale.ts";
import { backwardNorm, forwardNorm } from "./norm.ts";
import type { Scope } from "./scope.ts";

/**
 * Logits, probabilities of the targets and, for training, the gradient of the final hidden states, a few positions at a
 * time: with 152,000 words the logits of a whole sequence would be larger than the model.
 *
 * The gradient of the cross entropy is softmax − one-hot; the one is subtracted in place, so no labels as wide as
 * the vocabulary exist. Gemma 2 keeps its logits z within ± a cap c: c · tanh(z / c), whose slope is 1 − tanh².
 *
 * @param hidden  of the answer positions [embedding, answers]
 */
export function describeHead(scope: Scope, hidden: Tensor, withGradient: boolean): void {
  const { operations, graph, base, inputs, transposes } = scope;
  const { embeddingLength, vocabularySize, logitCap } = base.hyperparameters;
  const { answers, headRows } = inputs.shape;
  for (let start = 0; start < answers; start += headRows) {
    const rows = Math.min(headRows, answers - start);
    const part = (whole: Tensor, width: number) => operations.view2(whole, width, rows, 4 * width, 4 * width * start);
    const chunk = part(hidden, embeddingLength);
    const logits = operations.mulMat(base.head.tensor, forwardNorm(scope, "output_norm.weight", chunk));
    const capped = logitCap === null ? null : operations.tanh(operations.scale(logits, 1 / logitCap));
    const probabilities =
      capped === null ? operations.softMax(logits) : operations.softMaxMasked(capped, null, logitCap!);
    const laidOut = operations.reshape2(probabilities, 1, vocabularySize * rows);
    const targets = operations.view1(inputs.targets, rows, 4 * start);
    const given = operations.getRows(laidOut, targets); // [1, rows]
    graph.expand(operations.copyInto(given, part(inputs.probabilities, 1)));
    if (!withGradient) continue;
    const lessOne = operations.setRows(laidOut, operations.scaleAndShift(given, 1, -1), targets);
    const logitGradient = operations.scale(operations.reshape2(lessOne, vocabularySize, rows), HEAD_SCALE);
    const gradient =
      capped === null
        ? logitGradient
        : operations.mul(logitGradient, operations.scaleAndShift(operations.square(capped), -1, 1));
    const below = operations.mul(
      transposes.apply(operations, base.head, gradient, rows),
      part(inputs.answerWeights, 1),
    );
    graph.expand(
      operations.copyInto(
        backwardNorm(scope, "output_norm.weight", below, operations.contiguous(chunk)),
        part(inputs.hiddenGradient, embeddingLength),
      ),
    );
  }
}
