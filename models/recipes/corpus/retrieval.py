"""Passages in the order in which the product finds them, so that training learns what a rank is worth and meets the near misses that retrieval brings.

As core/retrieval does it, over a handful of passages: cosine of the bundled embedder, BM25 and the cosine of the nearest line, fused by their ranks.
"""
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from tokenizers import Tokenizer

from chat_format import NEAR_MARKS, headed, sentences

EMBEDDER = Path(__file__).parents[2] / "embedder"
DEFAULT_SETTINGS = Path(__file__).parents[3] / "core" / "retrieval" / "default-settings.ts"
LINE_WEIGHT = 1.0
"""Of a static embedder (core/retrieval/rank-by-nearest-line.ts)."""
WORD = re.compile(r"\w+")
STOP_WORDS = set("a an the of to in on at for and or is are was were be been it its this that these those with by from as do does did has have had will would can could may must should what who when where why how which i my we our you your there".split())


def stored_vectors(folder: Path) -> np.ndarray:
    arrays = {each.name: numpy_helper.to_array(each) for each in onnx.load(str(folder / "onnx" / "model_quantized.onnx")).graph.initializer}
    return arrays["token_steps"].astype(np.float32) * arrays["token_scales"]


def default_setting(name: str) -> float:
    """What the product does where nobody chose, read from its own source."""
    found = re.search(rf"^  {name}: ([\d.]+),$", DEFAULT_SETTINGS.read_text(), re.M)
    if not found:
        raise SystemExit(f"{DEFAULT_SETTINGS.name} no longer has a number {name}.")
    return float(found.group(1))


def stem(word: str) -> str:
    return re.sub(r"(?:ing|ed|es|s|e)$", "", word) if len(word) > 4 else word


class Retrieval:
    def __init__(self, folder: Path = EMBEDDER) -> None:
        self.vectors = stored_vectors(folder)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.damping, self.word_weight = default_setting("rrfDamping"), default_setting("wordWeight")

    def embed(self, texts: list[str]) -> np.ndarray:
        rows = np.array([self.vectors[encoding.ids].mean(0) for encoding in self.tokenizer.encode_batch(texts)])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def words(self, text: str) -> list[str]:
        return [stem(word) for word in WORD.findall(text.lower()) if word not in STOP_WORDS]

    def order(self, question: str, texts: list[str]) -> list[int]:
        """Indices of the texts, best first."""
        embedded = self.embed([question, *texts])
        by_meaning = np.argsort(-(embedded[1:] @ embedded[0]), kind="stable")
        asked, bags = set(self.words(question)), [Counter(self.words(text)) for text in texts]
        lengths = [sum(bag.values()) for bag in bags]
        usual = sum(lengths) / len(lengths) or 1
        held = {word: sum(word in bag for bag in bags) for word in asked}
        scores = [sum(math.log(1 + (len(bags) - held[word] + 0.5) / (held[word] + 0.5)) * bag[word] * 2.2 / (bag[word] + 1.2 * (0.25 + 0.75 * length / usual)) for word in asked if bag[word])
                  for bag, length in zip(bags, lengths)]
        fused = np.zeros(len(texts))
        fused[by_meaning] += 1 / (self.damping + np.arange(1, len(texts) + 1))
        by_words = [index for index in np.argsort(-np.array(scores), kind="stable") if scores[index] > 0]
        for rank, index in enumerate(by_words, start=1):
            fused[index] += self.word_weight / (self.damping + rank)
        order = np.argsort(-fused, kind="stable")
        nearest = self.nearest_lines(embedded[0], [texts[index] for index in order])
        for rank, place in enumerate(np.argsort(-nearest, kind="stable"), start=1):
            fused[order[place]] += LINE_WEIGHT / (self.damping + rank)
        return [int(index) for index in order[np.argsort(-fused[order], kind="stable")]]

    def nearest_lines(self, question: np.ndarray, texts: list[str]) -> np.ndarray:
        """The cosine of each text's nearest line with the question's vector; headings are none of them."""
        lines = [sentences(headed(text)[1]) or [text] for text in texts]
        cosines = self.embed([line for each in lines for line in each]) @ question
        ends = np.cumsum([len(each) for each in lines])[:-1]
        return np.array([each.max() for each in np.split(cosines, ends)])

    def marks(self, question: str, passages: list[str], blur: Callable[[], float] = lambda: 0.0) -> dict[tuple[int, int], str]:
        """Of the lines nearest to the question, as core/generation/nearest-lines.ts finds them; a heading is none of them. `blur` is added to each cosine."""
        lines: dict[tuple[int, int], str] = {}
        for number, passage in enumerate(passages, start=1):
            heading, below = headed(passage)
            lines |= {(number, place): sentence for place, sentence in enumerate(sentences(below), start=0 if heading is None else 1)}
        if not lines:
            return {}
        embedded = self.embed([question, *lines.values()])
        nearest = np.argsort(-(embedded[1:] @ embedded[0] + [blur() for _ in lines]), kind="stable")
        places = list(lines)
        return {places[index]: mark for index, mark in zip(nearest, NEAR_MARKS)}
