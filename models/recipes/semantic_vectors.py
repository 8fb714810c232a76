"""What each token means, from the bundled embedder: the start of half of Pocket's embedding.

A paraphrased question often shares no word with the sentence that answers it ("How heavy is it?", "It weighs 14 kg."). From generated
data alone a model this small would have to meet every such pair; the embedder already knows that the two words are near.
"""
import numpy as np
import onnx
from onnx import numpy_helper
from tokenizers import Tokenizer

from generation import MODELS

EMBEDDER = MODELS / "embedder"


def word_vectors() -> tuple[Tokenizer, np.ndarray]:
    """The embedder's word pieces and their vectors."""
    graph = onnx.load(EMBEDDER / "onnx" / "model_quantized.onnx").graph
    parts = {part.name: numpy_helper.to_array(part) for part in graph.initializer}
    vectors = parts["token_steps"].astype(np.float32) * parts["token_scales"]
    return Tokenizer.from_file(str(EMBEDDER / "tokenizer.json")), vectors


def semantic_vectors(tokens: list[str], dimensions: int) -> np.ndarray:
    """One row of unit length per token; zeros where a token is no whole word (pieces, digits, marks)."""
    pieces, vectors = word_vectors()
    found = np.zeros((len(tokens), vectors.shape[1]), np.float32)
    for row, token in enumerate(tokens):
        word = token.removeprefix("Ġ")
        # Pieces inside a word have no leading space and begin in lower case; they stand for no meaning.
        if word.isascii() and word.isalpha() and (token.startswith("Ġ") or word[0].isupper()):
            ids = pieces.encode(word, add_special_tokens=False).ids
            if len(ids) <= 2:
                found[row] = vectors[ids].mean(0)
    known = np.linalg.norm(found, axis=1) > 0
    # Length tells how much a word weighs in a mean, not what it means; a common direction tells nothing.
    unit = found[known] / np.linalg.norm(found[known], axis=1, keepdims=True)
    unit -= unit.mean(0)
    _, _, directions = np.linalg.svd(unit, full_matrices=False)
    reduced = unit @ directions[:dimensions].T
    rows = np.zeros((len(tokens), dimensions), np.float32)
    rows[known] = reduced / np.linalg.norm(reduced, axis=1, keepdims=True)
    return rows
