"""What all-MiniLM-L6-v2 makes of lines and questions, for the base to learn from (made by teach_lines.py).

A written line counts as its author wrote it, placeholders and all: the teacher saw it with values filled in, and what they were tells nothing.
"""
import json
from functools import cache
from pathlib import Path

import numpy as np

from chat_format import UNTAUGHT


def texts_of(folder: Path) -> list[str]:
    return json.loads((folder / "texts.json").read_text())


def vectors_of(folder: Path) -> np.ndarray:
    """(texts, 384), each of unit length; what all have in common is taken off."""
    vectors = np.load(folder / "vectors.npy").astype(np.float32)
    # The first thousands are a fair sample, and stay the same when others follow.
    vectors -= vectors[:20_000].mean(0)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@cache
def rows_of(folder: Path) -> dict[str, int]:
    return {text: row for row, text in enumerate(texts_of(folder))}


class Meanings:
    """Without a folder, nothing was taught."""

    def __init__(self, folder: Path | None) -> None:
        self.rows = rows_of(folder) if folder else {}

    def row(self, text: str) -> int:
        return self.rows.get(text, UNTAUGHT)
