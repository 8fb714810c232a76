"""Sentences and entries that Debian carries, as lines of passages: WordNet's examples and definitions, packages' descriptions, manual pages.

Nobody asked anything about them; but the embedder's teacher tells which are alike, so that one can stand for a question about another.
"""
import re
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np

from chat_format import Example, sentences
from corpus.english import ABOUT, English, hash_of
from corpus.meanings import texts_of, vectors_of
from corpus.retrieval import Retrieval
from corpus.values import Values
from embedder_texts import described_packages
from pairs import DECLINED

ALIKE = (0.45, 0.85)
"""Cosine between a line and the one that stands for a question about it; above, they say the same in the same words."""
MARGIN = 0.08
"""By which the right line must be nearer to the question than all others."""
LOOKED_AT = 30_000
"""Lines compared with one; all of them would take most of the time."""
FAR = 0.35
"""Up to which cosine no line answers."""
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def usable(text: str) -> bool:
    return text.isascii() and 25 < len(text) < 200 and not set("[]|{}<>") & set(text)


def paragraphs() -> list[list[str]]:
    """Lines that stand together: sentences of one paragraph of a manual page or a package's description."""
    described = {tuple(each for each in SENTENCE.split(paragraph) if usable(each) and each[0].isupper() and each.endswith("."))
                 for _, texts in described_packages() for paragraph in texts if not paragraph.startswith(("*", "-"))}
    manuals = [tuple(each for each in sentences if usable(each)) for sentences in English(Values(0), False).paragraphs]
    found = [list(each) for each in {*described, *manuals} if len(each) >= 2]
    return sorted(found, key=lambda lines: (hash_of(lines[0]), lines))


def english_lines(count: int = 150_000) -> list[str]:
    """`count` of them, of all kinds alike."""
    english = English(Values(0), False)
    entries = [f"{word[0].upper()}{word[1:]}: {gloss}" for word, gloss in english.definitions]
    kinds = [[line for lines in paragraphs() for line in lines], [each for each in english.sentences if usable(each)], [each for each in entries if usable(each)]]
    return list(dict.fromkeys(line for line in chain.from_iterable(zip_longest(*kinds)) if line))[:count]


class Lines:
    def __init__(self, values: Values, meanings: Path, retrieval: Retrieval) -> None:
        self.v, self.retrieval = values, retrieval
        taught = {text: row for row, text in enumerate(texts_of(meanings))}
        self.texts = [line for line in english_lines() if line in taught]
        self.vectors = vectors_of(meanings)[[taught[line] for line in self.texts]]
        place = {line: index for index, line in enumerate(self.texts)}
        together = ([place[line] for line in lines if line in place] for lines in paragraphs())
        self.companions = {index: indices for indices in together for index in indices}

    def example(self, most_passages: int, declined: float) -> Example | None:
        """None where nothing suits; then try again."""
        v, draw = self.v, self.v.random
        right = draw.randrange(len(self.texts))
        first = draw.randrange(max(1, len(self.texts) - LOOKED_AT))
        near = self.vectors[first:first + LOOKED_AT]
        likeness = near @ self.vectors[right]
        alike = np.flatnonzero((likeness > ALIKE[0]) & (likeness < ALIKE[1]))
        if not len(alike):
            return None
        asked = first + v.pick(alike[np.argsort(-likeness[alike])[:4]].tolist())
        missing = v.chance(declined)
        limit = FAR if missing else self.vectors[right] @ self.vectors[asked] - MARGIN
        likeness = near @ self.vectors[asked]
        rivals = (first + np.flatnonzero((likeness > limit - 0.2) & (likeness < limit))).tolist()
        others = draw.sample(rivals, min(len(rivals), v.number(0, 6))) + [draw.randrange(len(self.texts)) for _ in range(v.number(2, 8))]
        paragraphs_there = [self.companions.get(right, [right]), *(self.companions.get(other, [other]) for other in others)]
        if missing:
            paragraphs_there = paragraphs_there[1:]
        seen = {index for indices in paragraphs_there for index in indices}
        if asked in seen or (self.vectors[[index for index in seen if index != right]] @ self.vectors[asked] >= limit).any() or (missing and right in seen):
            return None
        passages: list[str] = []
        used: set[int] = set()
        for indices in paragraphs_there:
            fresh = [index for index in indices if index not in used]
            used.update(fresh)
            lines = " ".join(self.texts[index] for index in fresh) if len(indices) > 1 else "\n".join(self.texts[index] for index in fresh)
            if passages and v.chance(0.5):
                passages[-1] += "\n" + lines
            elif lines:
                passages.append(lines)
        # The right line stands in the first of them: it is among those that stay.
        passages = passages[: v.number(1, most_passages)]
        draw.shuffle(passages)
        question = self.question(self.texts[asked])
        if v.chance(0.7):
            passages = [passages[index] for index in self.retrieval.order(question, passages)]
        if missing:
            return Example(question, passages, DECLINED, met=True)
        answer = self.texts[right]
        holding = [number for number, passage in enumerate(passages, start=1) if answer in sentences(passage)]
        return Example(question, passages, answer, holding[0], met=True) if len(holding) == 1 else None

    def question(self, line: str) -> str:
        bare = line.rstrip(".")
        return self.v.pick([line, bare, bare + "?", bare.lower(), self.v.pick(ABOUT).format(bare[0].lower() + bare[1:])])
