import type { Tensor } from "../ggml/native-types.ts";
import { HEAD_SCALE } from "./head-scale.ts";
import { backwardNorm, forwardNorm } from "./norm.ts";
import type { Scope } from "./scope.ts";

/**
 * Logits, probabilities of the targets and, for training, the gradient of the final hidden states, a few positions at a
 * time: with 152,000 words the logits of a whole sequence would be larger than the model.
 *
 * The gradient of the cross entropy is softmax − one-hot; the one is subtracted in place, so no labels as wide as
 * the vocabulary exist.
 *
 * @param hidden  of the answer positions [embedding, answers]
 */
export function describeHead(scope: Scope, hidden: Tensor, withGradient: boolean): void {
  const { operations, graph, base, inputs, transposes } = scope;
  const { embeddingLength, vocabularySize } = base.hyperparameters;
  const { answers, headRows } = inputs.shape;
  for (let start = 0; start < answers; start += headRows) {
    const rows = Math.min(headRows, answers - start);
    const part = (whole: Tensor, width: number) => operations.view2(whole, width, rows, 4 * width, 4 * width * start);
    const chunk = part(hidden, embeddingLength);
    const logits = operations.mulMat(base.head.tensor, forwardNorm(scope, "output_norm.weight", chunk));
    const probabilities = operations.softMax(logits);
    const laidOut = operations.reshape2(probabilities, 1, vocabularySize * rows);
    const targets = operations.view1(inputs.targets, rows, 4 * start);
    const given = operations.getRows(laidOut, targets); // [1, rows]
    graph.expand(operations.copyInto(given, part(inputs.probabilities, 1)));
    if (!withGradient) continue;
    const lessOne = operations.setRows(laidOut, operations.scaleAndShift(given, 1, -1), targets);
    const gradient = operations.scale(operations.reshape2(lessOne, vocabularySize, rows), HEAD_SCALE);
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
