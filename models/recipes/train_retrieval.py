"""Second step of the embedder: teach it which passage answers which question.

    python train_retrieval.py ../embedder OUT_FOLDER [--steps 900]

Distillation (train_embedder.py) gives every text the teacher's place. Here the same token vectors learn from pairs of a question, a title
or a headword with the passage it belongs to, against all other passages of the batch and a near one of the same document (InfoNCE):
questions of the written documents (`corpus/written`), short and long descriptions of Debian's packages, WordNet's glosses and
examples, sentences of one manual page's paragraph. A pull back to the first step's vectors keeps what no pair speaks of.
"""
import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from corpus.documents import WrittenDocuments
from corpus.english import English
from corpus.retrieval import stored_vectors
from corpus.values import Values
from embedder_texts import described_packages, manual_texts, wordnet_texts
from export_embedder import write_graph

SEED = 2
BATCH = 768
TEMPERATURE = 0.05
KEEP = 3.0
LINES = 0.4
"""Share of a document's pairs whose passage is the one line that answers: lines are compared too (core/generation/nearest-lines.ts)."""


class Pairs:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.values = Values(seed)
        self.values.words = list(English(self.values, False).neighbours)
        self.written = WrittenDocuments(self.values)
        self.packages = [(short, paragraphs[0], "") for short, paragraphs in described_packages() if 60 <= len(paragraphs[0]) <= 600]
        self.glosses = [tuple(each.split(": ", 1)) for each in wordnet_texts()[0] if ": " in each]
        self.manuals = [sentences for text in manual_texts() if len(sentences := re.split(r"(?<=[.!?]) ", text)) > 1]
        print(f"{len(self.packages)} packages, {len(self.glosses)} glosses, {len(self.manuals)} paragraphs of manuals, {len(self.written.documents)} documents", flush=True)

    def of_document(self) -> Iterator[tuple[str, str, str]]:
        document = self.written.filled(self.random.choice(self.written.documents))
        chunks = self.written.chunks(document)
        lines = [line for chunk in chunks for line in chunk.lines]
        for chunk in chunks:
            asked = [(question, line) for line in chunk.lines for question in line.questions]
            if not asked:
                continue
            question, line = self.random.choice(asked)
            if self.random.random() < LINES:
                other = self.random.choice(lines)
                yield question, line.text, "" if other is line else other.text
            else:
                other = self.random.choice(chunks)
                yield question, chunk.text, "" if other is chunk else other.text

    def batch(self, size: int) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        while len(found) < size * 0.5:
            found += self.random.sample(pairs := list(self.of_document()), min(len(pairs), 4))
        while len(found) < size:
            roll = self.random.random()
            if roll < 0.45:
                found.append(self.random.choice(self.packages))
            elif roll < 0.7:
                words, gloss = self.random.choice(self.glosses)
                found.append((words, gloss, ""))
            else:
                sentences = self.random.choice(self.manuals)
                at = self.random.randrange(len(sentences))
                rest = " ".join(sentences[:at] + sentences[at + 1:])
                found.append((sentences[at], rest, ""))
        return found[:size]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("embedder", type=Path)
    options.add_argument("target", type=Path)
    options.add_argument("--steps", type=int, default=900)
    options.add_argument("--rate", type=float, default=0.004)
    options.add_argument("--keep", type=float, default=KEEP)
    options.add_argument("--threads", type=int, default=1)
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    tokenizer = Tokenizer.from_file(str(options.embedder / "tokenizer.json"))
    vectors = stored_vectors(options.embedder)
    start = torch.tensor(vectors)
    table = torch.nn.EmbeddingBag.from_pretrained(start.clone(), freeze=False, mode="mean", sparse=True)
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=options.rate * start.norm(dim=1).mean().item())
    pairs, losses = Pairs(SEED), []

    def embedded(texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        ids = [encoding.ids[1:129] or [100] for encoding in tokenizer.encode_batch(texts)]
        flat = torch.tensor(np.concatenate(ids))
        return F.normalize(table(flat, torch.tensor(np.cumsum([0] + [len(each) for each in ids[:-1]]))), dim=1), flat.unique()

    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.rate * start.norm(dim=1).mean().item() * min(1, (step + 1) / 50) * max(0.02, 1 - step / options.steps)
        batch = pairs.batch(BATCH)
        asked, used = embedded([question for question, _, _ in batch])
        given, used_too = embedded([passage for _, passage, _ in batch] + [near for _, _, near in batch if near])
        scores = asked @ given.T / TEMPERATURE
        aim = torch.arange(len(batch))
        loss = F.cross_entropy(scores, aim)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            both = torch.cat([used, used_too]).unique()
            table.weight[both] = table.weight[both].lerp(start[both], options.keep * group["lr"])
            away = ((table.weight[both] - start[both]).square().sum(1) / start[both].square().sum(1).clamp(min=1e-6)).clamp(max=10).mean()
        losses.append((loss.item(), away.item(), (scores.argmax(1) == aim).float().mean().item()))
        if (step + 1) % 100 == 0:
            print(step + 1, *np.round(np.mean(losses, 0), 4), flush=True)
            losses.clear()
    trained = table.weight.detach().numpy()
    write_graph(trained, options.target / "onnx" / "model_quantized.onnx")
    for path in options.embedder.glob("*.json"):
        (options.target / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
