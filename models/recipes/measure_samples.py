"""The sample questions through all four arms, over a plain reader and chunker of its own: a check of models and documents, not of the product.

    python measure_samples.py [--chunk-size 32] [--top-k 3] [--show]

Needs poppler's `pdftotext`; retrieval is cosine and BM25 fused by reciprocal rank, as in the product.
"""
import argparse
import json
import math
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import docx
import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from generation import ADAPTER, MODELS, generate, read_ticket
from pairs import SENTENCE_END, user_turn

DOCUMENTS = MODELS / "samples" / "documents"
QUESTIONS = json.loads((MODELS / "samples" / "questions.json").read_text())


class Embedder:
    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.session = onnxruntime.InferenceSession(str(folder / "onnx" / "model_quantized.onnx"))

    def __call__(self, texts: list[str]) -> np.ndarray:
        return np.array([self.embed(text) for text in texts])

    def embed(self, text: str) -> np.ndarray:
        ids = np.array([self.tokenizer.encode(text).ids])
        pooled = self.session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0].mean(0)
        return pooled / np.linalg.norm(pooled)

    def count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)


class HtmlBlocks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks, self.heading, self.text, self.hidden = [], "", "", 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("style", "title", "nav")
        if tag in ("p", "li", "h1", "h2", "h3"):
            self.text = ""

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title", "nav")
        text = " ".join(self.text.split())
        if tag in ("h1", "h2", "h3"):
            self.heading = text
        elif tag in ("p", "li") and text:
            self.blocks.append((self.heading, text))

    def handle_data(self, data):
        self.text += "" if self.hidden else data


def blocks(path: Path) -> list[tuple[str, str]]:
    """(heading, paragraph) in the order of the document; lines broken by the page are joined again."""
    if path.suffix == ".html":
        parser = HtmlBlocks()
        parser.feed(path.read_text())
        return parser.blocks
    if path.suffix == ".docx":
        return docx_blocks(path)
    if path.suffix == ".pdf":
        text = subprocess.run(["pdftotext", "-nopgbrk", str(path), "-"], capture_output=True, text=True, check=True).stdout
        text = re.sub(r"•\s*", "", re.sub(r"TW-20 manual, page \d", "", text))
        paragraphs = [paragraph for paragraph in re.split(r"\n\s*\n", text)]
        is_heading = lambda line: re.fullmatch(r"\d+\. [A-Z][\w ]+", line)
    else:
        text = path.read_text().replace("**", "")
        paragraphs = text.split("\n") if path.suffix == ".txt" else re.split(r"\n\s*\n", text)
        is_heading = lambda line: line.startswith("#") or line.isupper() or re.fullmatch(r"\d+\. [A-Z][\w ]+", line)
    found, heading = [], ""
    for paragraph in paragraphs:
        lines = [line.strip() for line in paragraph.strip().split("\n") if line.strip()]
        while lines and is_heading(lines[0]):
            heading = lines.pop(0).lstrip("# ")
        if lines:
            found.append((heading, " ".join(lines)))
    return found


def docx_blocks(path: Path) -> list[tuple[str, str]]:
    document, found, heading = docx.Document(str(path)), [], ""
    for element in document.element.body.iterchildren():
        if element.tag.endswith("}p"):
            paragraph = docx.text.paragraph.Paragraph(element, document)
            if paragraph.style.name.startswith(("Heading", "Title")):
                heading = paragraph.text
            elif paragraph.text:
                found.append((heading, paragraph.text))
        elif element.tag.endswith("}tbl"):
            found += [(heading, " | ".join(cell.text for cell in row.cells)) for row in docx.table.Table(element, document).rows]
    return found


def chunks(size: int, embedder: Embedder) -> list[tuple[str, str]]:
    """(document, text): whole sentences under one heading, up to `size` tokens of the embedder."""
    found = []
    for path in sorted(DOCUMENTS.iterdir()):
        current, under = [], None
        for heading, paragraph in [*blocks(path), (object(), "")]:
            for sentence in SENTENCE_END.split(paragraph):
                if current and (heading != under or embedder.count(" ".join([*current, sentence])) > size):
                    found.append((path.name, " ".join(current)))
                    current = []
                under = heading
                if sentence:
                    current.append(sentence)
    return found


def bm25(question: str, texts: list[str]) -> np.ndarray:
    words = lambda text: re.findall(r"[a-z0-9]+", text.lower())
    documents = [words(text) for text in texts]
    average = sum(map(len, documents)) / len(documents)
    scores = np.zeros(len(documents))
    for word in set(words(question)):
        holding = sum(word in document for document in documents)
        rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for i, document in enumerate(documents):
            often = document.count(word)
            scores[i] += rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(document) / average))
    return scores


def fused_order(similarities: np.ndarray, keyword_scores: np.ndarray) -> np.ndarray:
    place = lambda scores: np.argsort(np.argsort(-scores, kind="stable"), kind="stable")
    return np.argsort(-(1 / (60 + place(similarities)) + np.where(keyword_scores > 0, 1 / (60 + place(keyword_scores)), 0)), kind="stable")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--chunk-size", type=int, default=32)
    options.add_argument("--top-k", type=int, default=3)
    options.add_argument("--show", action="store_true")
    options = options.parse_args()
    embedder = Embedder(MODELS / "embedder")
    found = chunks(options.chunk_size, embedder)
    texts = [text for _, text in found]
    vectors = embedder(texts)
    prompts = {"without": [], "with": []}
    holding, ranks = [], []
    for item in QUESTIONS:
        similarities = vectors @ embedder.embed(item["question"])
        best = fused_order(similarities, bm25(item["question"], texts))[:options.top_k]
        holding.append([n for n, i in enumerate(best, start=1) if item["expected"] in texts[i]])
        by_vector = [n for n, i in enumerate(np.argsort(-similarities), start=1) if item["expected"] in texts[i]]
        ranks.append(by_vector[0] if by_vector else math.inf)
        prompts["with"].append([{"role": "user", "content": user_turn(item["question"], [texts[i] for i in best])}])
        prompts["without"].append([{"role": "user", "content": item["question"]}])
    answers = {"base": generate(prompts["without"]), "adapter": generate(prompts["without"], ADAPTER),
               "rag": generate(prompts["with"]), "combined": generate(prompts["with"], ADAPTER)}
    told = [i for i, item in enumerate(QUESTIONS) if item["document"]]
    right = {arm: sum(QUESTIONS[i]["expected"] in answers[arm][i] for i in told) for arm in answers}
    print(f"chunks {len(texts)}, chunkSize {options.chunk_size}, topK {options.top_k}; of {len(told)} questions that a document answers:")
    print("  embedder alone: hit@1", sum(ranks[i] <= 1 for i in told), "hit@5", sum(ranks[i] <= 5 for i in told), " fused: in the prompt", sum(bool(holding[i]) for i in told))
    print("  right:", right, " rag cites a passage that says it:", sum(any(answers["rag"][i].rstrip().endswith(f"[{n}]") for n in holding[i]) for i in told),
          " combined source says it:", sum((read_ticket(answers["combined"][i]) or {}).get("source") in holding[i] for i in told))
    print("  valid tickets, of all", len(QUESTIONS), {arm: sum(read_ticket(text) is not None for text in answers[arm]) for arm in answers})
    print("  unanswerable, declined:", {arm: sum("do not say" in answers[arm][i] for i, item in enumerate(QUESTIONS) if item["story"] == "unanswerable") for arm in ("rag", "combined")})
    if options.show:
        for i, item in enumerate(QUESTIONS):
            print(f"\n{item['question']}  (expected: {item['expected']}; in passages {holding[i]})")
            for arm in answers:
                print(f"  {arm:9}{answers[arm][i]}")


if __name__ == "__main__":
    main()
