"""What all-MiniLM-L6-v2 makes of lines (made by teach_lines.py)."""
import json
from pathlib import Path

import numpy as np


def texts_of(folder: Path) -> list[str]:
    return json.loads((folder / "texts.json").read_text())


def vectors_of(folder: Path) -> np.ndarray:
    """(texts, 384), each of unit length; what all have in common is taken off."""
    vectors = np.load(folder / "vectors.npy").astype(np.float32)
    # The first thousands are a fair sample, and stay the same when others follow.
    vectors -= vectors[:20_000].mean(0)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
