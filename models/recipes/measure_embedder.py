"""The embedder beside its teacher on the Cranfield collection (1,400 abstracts, 225 questions; not part of this repository).

    python measure_embedder.py CRANFIELD_FOLDER ../embedder [TEACHER_FOLDER]

The folder holds cran.all.1400, cran.qry and cranqrel; question numbers in cranqrel are positions in cran.qry, and grade -1 is ignored.
"""
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


def read_collection(folder: Path) -> tuple[list[str], list[str], dict[int, set[int]]]:
    squeeze = lambda text: " ".join(text.split())
    documents = []
    for entry in (folder / "cran.all.1400").read_text().split("\n.I "):
        title = entry.partition("\n.T\n")[2].partition("\n.A\n")[0]
        documents.append(squeeze(f"{title} {entry.partition(chr(10) + '.W' + chr(10))[2]}"))  # two abstracts are empty
    questions = [squeeze(entry.split("\n.W\n", 1)[1]) for entry in (folder / "cran.qry").read_text().split(".I ") if "\n.W\n" in entry]
    relevant: dict[int, set[int]] = {}
    for line in (folder / "cranqrel").read_text().splitlines():
        question, document, grade = map(int, line.split()[:3])
        if grade >= 1:
            relevant.setdefault(question - 1, set()).add(document - 1)
    return documents, questions, relevant


def ours(folder: Path, texts: list[str]) -> np.ndarray:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(512)
    session = onnxruntime.InferenceSession(str(folder / "onnx" / "model_quantized.onnx"))
    rows = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids])
        pooled = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0].mean(0)
        rows.append(pooled / np.linalg.norm(pooled))
    return np.array(rows)


def teacher(folder: Path, texts: list[str]) -> np.ndarray:
    from sentence_transformers import SentenceTransformer
    return SentenceTransformer(str(folder), device="cpu").encode(texts, normalize_embeddings=True)


def report(name: str, documents: np.ndarray, questions: np.ndarray, relevant: dict[int, set[int]]) -> None:
    gains, firsts, discount = [], [], 1 / np.log2(np.arange(2, 12))
    for number, question in enumerate(questions):
        hits = np.array([document in relevant.get(number, ()) for document in np.argsort(-(documents @ question))[:10]])
        gains.append((hits * discount).sum() / discount[:min(10, len(relevant.get(number, ())))].sum())
        firsts.append(hits.argmax() + 1 if hits.any() else np.inf)
    firsts = np.array(firsts)
    print(f"{name}: n {len(questions)}  nDCG@10 {np.mean(gains):.3f}  hit@1 {(firsts <= 1).mean():.3f}  hit@5 {(firsts <= 5).mean():.3f}"
          f"  hit@10 {(firsts <= 10).mean():.3f}  MRR@10 {(1 / firsts).mean():.3f}")


if __name__ == "__main__":
    documents, questions, relevant = read_collection(Path(sys.argv[1]))
    for name, embed, folder in [("embedder", ours, sys.argv[2]), *([("teacher", teacher, sys.argv[3])] if len(sys.argv) > 3 else [])]:
        report(name, embed(Path(folder), documents), embed(Path(folder), questions), relevant)
