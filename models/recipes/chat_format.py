"""A question with its passages as Fourfold lays them out (core/generation), and the tokens of a whole chat with what is learnt of each.

Must stay equal to `passage-format.ts` and `retrieval/lines-of.ts`: a prompt the model was not trained on is another prompt.
"""
import math
import re
from dataclasses import dataclass, field

import numpy as np
from tokenizers import Tokenizer

SENTENCE_END = re.compile(r'(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<![ap]\.m)(?<!^\d)(?<!^\d\d)([.!?])(?= [A-Z"]|$)')
OWN_LINE = re.compile(r"^(?:[-*•|#]|\d+[.)] |[^.:]{1,40}: )| \| ")
"""A list item, a heading, a table row or a line with a key of its own never continues the line before."""
LINE_MARK = re.compile(r"^(?:[-*•]|#+|\d{1,2}[.)])\s+")
"""Of a list's item or a heading; left out, so that the line begins as an answer begins that copies it."""
COLUMN_GAP = re.compile(r"[^\s.!?:;,|] {2,}[^\s|]")
"""Columns that a plain text aligns by spaces: such a line is a row, and continues no other."""
FIRST_COLUMN = re.compile(r"^\s*\S.*?(?: {2,}\|? *| ?\| ?)(?=[^\s|])")
"""A row up to where its second column begins; what hangs under the row stands there or further in."""
WRAPPED_LINE_LENGTH = 40
NEAR_MARKS = [">", "=", "+", "~"]
"""Each stands alone on the line before one of the four lines that the embedder finds nearest to the question, the nearest first."""

# What a token is to training.
NOTHING, ANSWER, ANSWER_START, CITATION, OTHER_SENTENCE_END, RIGHT_SENTENCE_END, FIRST_QUESTION, PASSAGE_OPENING = range(8)


@dataclass
class Example:
    question: str
    passages: list[str]
    answer: str
    """Without its citation: a sentence or line of the passage `source`, copied, unless nothing was copied."""
    source: int | None = None
    system: str = ""
    opening: str = ""
    """What the answer already begins with; nothing is learnt of it. An adapter's form then finds a base that copies after any words."""
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    """Of the lines nearest to the question: (passage from 1, sentence from 0) to its mark."""
    met: bool = False
    """The embedder was taught with it, so that its cosines say more here than of a user's documents."""


def unwrapped(text: str) -> list[str]:
    """Lines that a PDF or an e-mail wrapped are joined; a heading or a list line stays by itself, a row is continued by what hangs under it, and an empty line parts."""
    lines: list[str] = []
    parted, second_column = True, 0.0
    for raw in text.split("\n"):
        line, is_row = re.sub(r"[ \t]+", " ", raw.strip()), bool(COLUMN_GAP.search(raw.strip().replace("\t", "  ")))
        if not line:
            parted = True
            continue
        indented = len(raw) - len(raw.lstrip())
        continues = (not parted and len(lines[-1]) >= WRAPPED_LINE_LENGTH and not re.search(r"[.!?:;|]$", lines[-1])
                     and (not second_column or indented >= second_column) and not is_row and not OWN_LINE.search(line))
        if continues:
            lines[-1] += " " + line
        else:
            lines.append(line)
            column = FIRST_COLUMN.match(raw)
            second_column = (len(column.group()) if column else math.inf) if is_row or " | " in line else 0.0
        parted = False
    return lines


def sentences(text: str) -> list[str]:
    """Its sentences, list items, headings and table rows, without the marks of lists; a line of nothing but marks is left out."""
    parts = [part.strip() for line in unwrapped(text) for part in SENTENCE_END.sub("\\1\0", LINE_MARK.sub("", line)).split("\0")]
    return [part for part in parts if any(letter.isalnum() for letter in part)]


def headed(passage: str) -> tuple[str | None, str]:
    """(its heading, the text below), as the product's chunks have them apart: a first line that an empty line follows."""
    first, parted, below = passage.partition("\n\n")
    if not parted or "\n" in first or not sentences(below):
        return None, passage
    return first.lstrip("# "), below.strip()


def lines_of(passage: str) -> list[str]:
    """Its heading as it stands, then its sentences."""
    heading, below = headed(passage)
    return sentences(below) if heading is None else [heading, *sentences(below)]


def line(sentence: str, passage: int, mark: str | None) -> str:
    """Every sentence on a line of its own: it then begins with the same token as an answer that copies it, which no space precedes."""
    return f"{mark}\n{sentence} [{passage}]" if mark else f"{sentence} [{passage}]"


def tagged(passage: str, number: int, marks: dict[tuple[int, int], str]) -> str:
    return "\n".join([f"[{number}]", *(line(sentence, number, marks.get((number, place))) for place, sentence in enumerate(lines_of(passage)))])


def user_turn(example: Example) -> str:
    """The question stands before the passages, so that each sentence is read with it in mind, and after them."""
    if not example.passages:
        return example.question
    return "\n\n".join([example.question, *(tagged(passage, n, example.marks) for n, passage in enumerate(example.passages, start=1)), example.question])


def final_answer(example: Example) -> str:
    return f"{example.answer} [{example.source}]" if example.source else example.answer


def pieces(example: Example) -> list[tuple[str, int]]:
    """The chat as text, cut where the meaning to training changes: (text, what it is)."""
    found: list[tuple[str, int]] = []
    if example.system:
        found.append((f"<|im_start|>system\n{example.system}<|im_end|>\n", NOTHING))
    found += [("<|im_start|>user\n", NOTHING), (example.question, FIRST_QUESTION)]
    for number, passage in enumerate(example.passages, start=1):
        found.append((f"\n\n[{number}]", PASSAGE_OPENING))
        for place, sentence in enumerate(lines_of(passage)):
            right = number == example.source and sentence == example.answer
            found.append(("\n" + line(sentence, number, example.marks.get((number, place))), RIGHT_SENTENCE_END if right else OTHER_SENTENCE_END))
    found.append((("\n\n" + example.question if example.passages else "") + "<|im_end|>\n<|im_start|>assistant\n" + example.opening, NOTHING))
    found.append((final_answer(example) + "<|im_end|>", ANSWER))
    return found


def encode(tokenizer: Tokenizer, example: Example) -> tuple[np.ndarray, np.ndarray]:
    """(token ids, what each is to training). The text is encoded whole, as llama.cpp will; pieces only say where a mark goes."""
    parts = pieces(example)
    text = "".join(part for part, _ in parts)
    encoded = tokenizer.encode(text, add_special_tokens=False)
    ids = np.array(encoded.ids, np.uint16)
    marks = np.zeros(len(ids), np.uint8)
    ends = np.array([end for _, end in encoded.offsets])
    at = 0
    for part, kind in parts:
        at += len(part)
        if kind == ANSWER:
            answering = ends > at - len(part)
            marks[answering] = ANSWER
            marks[np.argmax(answering)] = ANSWER_START
            if example.source:
                marks[-3] = CITATION  # … " [", digit, "]", end of turn
            if example.opening:
                marks[-1] = NOTHING  # a form may go on
        elif kind == FIRST_QUESTION:
            marks[(ends > at - len(part)) & (ends <= at)] = kind
        elif kind != NOTHING:
            marks[np.searchsorted(ends, at)] = kind
    return ids, marks
