"""Training data as files that training reads one after another while the next are still being written."""
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from chat_format import ANSWER, ANSWER_START, CITATION, OTHER_SENTENCE_END, RIGHT_SENTENCE_END

Encoded = tuple[np.ndarray, np.ndarray]
"""As chat_format.encode makes it."""
LOSS_WEIGHTS = {ANSWER: 1.0, ANSWER_START: 5.0, CITATION: 2.0}


def save(path: Path, examples: list[Encoded]) -> None:
    """Written under another name first: a reader never sees half a shard."""
    unfinished = path.with_suffix(".part.npz")
    ids, marks = (np.concatenate(parts) for parts in zip(*examples))
    np.savez(unfinished, ids=ids, marks=marks, lengths=np.array([len(ids) for ids, _ in examples]))
    unfinished.rename(path)


def load(path: Path) -> list[Encoded]:
    with np.load(path) as shard:
        ends = np.cumsum(shard["lengths"])[:-1]
        return list(zip(*(np.split(shard[name], ends) for name in ("ids", "marks"))))


def batches(examples: list[Encoded], tokens: int, draw: np.random.Generator) -> Iterator[list[Encoded]]:
    """Examples of like length together, at most `tokens` with padding, in random order."""
    ordered = sorted(examples, key=lambda example: len(example[0]))
    groups: list[list[Encoded]] = [[]]
    for example in ordered:
        if groups[-1] and (len(groups[-1]) + 1) * len(example[0]) > tokens:
            groups.append([])
        groups[-1].append(example)
    draw.shuffle(groups)
    yield from groups


def collate(group: list[Encoded]) -> dict[str, torch.Tensor]:
    """Padding stands at the end, where causality hides it."""
    length = -(-max(len(ids) for ids, _ in group) // 8) * 8
    ids = np.zeros((len(group), length), np.int64)
    marks = np.zeros((len(group), length), np.uint8)
    for row, (tokens, kinds) in enumerate(group):
        ids[row, :len(tokens)], marks[row, :len(tokens)] = tokens, kinds
    next_mark = np.zeros_like(marks)
    next_mark[:, :-1] = marks[:, 1:]
    weights = np.zeros(marks.shape, np.float32)
    for kind, weight in LOSS_WEIGHTS.items():
        weights[next_mark == kind] = weight
    wanted = np.flatnonzero(weights)
    next_id = np.zeros_like(ids)
    next_id[:, :-1] = ids[:, 1:]
    probed = np.flatnonzero((marks == OTHER_SENTENCE_END) | (marks == RIGHT_SENTENCE_END))
    arrays = {"ids": ids, "marks": marks, "wanted": wanted, "targets": next_id.ravel()[wanted], "weights": weights.ravel()[wanted], "starts": next_mark.ravel()[wanted] == ANSWER_START,
              "probed": probed, "right": (marks.ravel()[probed] == RIGHT_SENTENCE_END).astype(np.float32)}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
