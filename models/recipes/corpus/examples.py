"""Whole training examples: a question, the passages retrieval might have found for it, and the answer."""
from collections import Counter
from dataclasses import replace
from pathlib import Path

from chat_format import LINE_MARK, Example, headed, sentences
from corpus.documents import WrittenDocuments
from corpus.english import English
from corpus.facts import Wording, make_subject
from corpus.general import General
from corpus.happenings import Happenings
from corpus.lines import Lines
from corpus.passages import SECTIONS, TITLES, Passage, Passages
from corpus.values import Values
from pairs import DECLINED, UNKNOWN, PairMaker

SYSTEM_PROMPTS = ["Answer from the passages and cite them.", "You are a helpful assistant.", "Be brief.", "Answer the question using only the numbered passages. Cite the passage you used."]
SHARES = [0.58, 0.36, 0.06]
"""Of the questions with passages that are not about the fictional company: written documents, generated facts, lines like another (corpus/lines.py)."""
MARKED_SHARE = 0.85
"""The rest have no marks, as prompts of whole documents have none."""
BLUR = 0.1
"""Of cosines in documents that the embedder was taught with: it found 83 % of their answers first and 68 % of others'; so blurred, 68 % of both."""
TWINS = 0.17
"""Of the questions with an answer: that come once more without it."""
MOST_WORDS = 330
"""Of all passages together."""


class ExampleMaker:
    """`split` is training, templates (wordings never trained on), domains (subjects never trained on) or written (written documents never trained on)."""

    def __init__(self, seed: int, split: str = "training", most_passages: int = 5, declined: float = 0.1, meanings: Path | None = None) -> None:
        self.v = Values(seed)
        held_out = split == "templates"
        self.wording = Wording(self.v, held_out)
        self.english = English(self.v, held_out)
        self.v.words = list(self.english.neighbours)
        self.happenings = Happenings(self.v, held_out)
        self.passages = Passages(self.v, self.wording, self.english, self.happenings, split == "domains")
        self.general = General(self.v)
        self.pairs = PairMaker(seed + 500_000)
        self.written = WrittenDocuments(self.v, held_out=split == "written")
        self.lines = Lines(self.v, meanings, self.written.retrieval) if meanings else None
        self.most_passages, self.declined = most_passages, declined

    def context(self) -> list[Passage]:
        """Mostly passages of one document, as retrieval finds them; the rest from anywhere."""
        v = self.v
        count = v.random.choices(range(1, 6), [5, 4, 3, 2, 2])[0]
        count = min(count, self.most_passages)
        subject = make_subject(v, self.passages.kind())
        near = 0.0 if v.chance(0.25) else 0.65
        prose = not self.passages.domains_held_out and v.chance(0.22)
        found: list[Passage] = []
        words = 0
        while len(found) < count:
            if prose:
                passage = self.passages.manual()
            elif v.chance(near):
                same = v.chance(0.55)
                passage = self.passages.related(subject if same else make_subject(v, subject.kind))
            else:
                passage = self.passages.any()
            words += len(passage.text.split())
            if found and words > MOST_WORDS:
                break
            found.append(passage)
        v.random.shuffle(found)
        return found

    def with_passages(self) -> Example | None:
        """None where nothing can be asked without doubt; then try again."""
        v = self.v
        context = self.context()
        topics = Counter(fact.topic for passage in context for fact in passage.facts)
        loose = Counter(fact.loose_topic for passage in context for fact in passage.facts)
        askable = [(fact, number) for number, passage in enumerate(context) for fact in passage.facts
                   if (loose[fact.loose_topic] if fact.vague else topics[fact.topic]) == 1]
        if not askable:
            return None
        fact, number = v.pick(askable)
        texts = [passage.text for passage in context]
        texts, number = self.as_found(fact.question, texts, number)
        if v.chance(self.declined):
            return self.unanswerable(fact.question, fact.answer, number, texts)
        answer = LINE_MARK.sub("", fact.answer)
        if sentences(texts[number]).count(answer) != 1:
            # A full stop inside (an abbreviation, an address) may cut a sentence; then its parts cannot be copied as one.
            return None
        return Example(fact.question, texts, answer, number + 1)

    def as_found(self, question: str, texts: list[str], number: int | None) -> tuple[list[str], int | None]:
        """Mostly in the order of retrieval; and where number `number`, counted from 0, is then."""
        if not self.v.chance(0.7):
            return texts, number
        order = self.written.retrieval.order(question, texts)
        return [texts[index] for index in order], None if number is None else order.index(number)

    def written_documents(self) -> Example | None:
        """One question about a written document among passages of its own and of others."""
        example = self.written.example(self.most_passages, self.declined)
        if example:
            example.question = self.wording.noisy(example.question)
        return example

    def like_lines(self) -> Example | None:
        return self.lines.example(self.most_passages, self.declined) if self.lines else self.with_passages()

    def under_headings(self, texts: list[str]) -> list[str]:
        """Headings often repeat the name that the question has; they answer nothing."""
        v = self.v
        if v.chance(0.3):
            return texts
        company = "Tarnholm Works" if v.chance(0.6) else self.v.company_name()
        return [f"{v.pick([company + ': ', company + ' ', ''])}{v.pick(TITLES)}{v.pick([' › ' + v.pick(SECTIONS)] * 3 + [''])}\n\n{text}" if v.chance(0.8) else text for text in texts]

    def unanswerable(self, question: str, answer: str, number: int, texts: list[str]) -> Example | None:
        """The question stays and its answer goes: from its passage, or with it; or something else is asked."""
        v, roll = self.v, self.v.random.random()
        if roll < 0.55:
            remaining = texts[number].replace(answer, "").replace("  ", " ").strip()
            if remaining and len(remaining.split()) > 4:
                texts[number] = remaining
            elif len(texts) > 1:
                del texts[number]
            else:
                return None
        elif roll < 0.8 and len(texts) > 1:
            del texts[number]
        else:
            other = self.passages.any()
            if not other.facts:
                return None
            question = v.pick(other.facts).question
        return Example(question, texts, DECLINED)

    def twin(self, example: Example) -> Example | None:
        """The same question and passages without the line that answers: side by side, the two show what declining hangs on."""
        if not example.source:
            return None
        texts, at = list(example.passages), example.source - 1
        left = texts[at].replace(example.answer, "").replace("  ", " ").replace("\n\n\n", "\n\n").strip()
        if len(headed(left)[1].split()) > 8:
            texts[at] = left
        elif len(texts) > 1:
            del texts[at]
        else:
            return None
        twin = replace(example, passages=texts, answer=DECLINED, source=None, marks={})
        return self.mark(twin, to_train=True) if example.marks else twin

    def without_passages(self) -> Example:
        v, roll = self.v, self.v.random.random()
        if roll < 0.32:
            question, answer = self.general.remembered()
            return Example(self.wording.noisy(question), [], answer)
        if roll < 0.5:
            while True:
                facts = self.passages.any().facts
                if facts and not any(name in facts[0].question for name in ("Tarnholm", "TW-20")):
                    return Example(facts[0].question, [], UNKNOWN)
        question, answer = self.general.small_talk() if roll < 0.6 else self.general.ability()
        return Example(question, [], answer)

    def example(self) -> Example:
        v, roll = self.v, self.v.random.random()
        if roll < 0.08:
            example = self.without_passages()
        elif roll < 0.09:
            question, answer = self.general.small_talk()
            example = Example(question, [passage.text for passage in self.context()], answer)
        elif roll < 0.22:  # the fictional company as it is today, against what is remembered
            pair = self.pairs.with_passages(most=self.most_passages, declined=self.declined)[0]
            passages, number = self.as_found(pair.question, pair.passages, pair.source and pair.source - 1)
            example = Example(pair.question, self.under_headings(passages), pair.answer, None if number is None else number + 1)
        else:
            make = v.random.choices([self.written_documents, self.with_passages, self.like_lines], SHARES)[0]
            example = None
            while example is None:
                example = make()
        if v.chance(0.08):
            example.system = v.pick(SYSTEM_PROMPTS)
        if v.chance(0.2):
            example.opening = self.opening()
        if v.chance(MARKED_SHARE):
            self.mark(example, to_train=True)
        return example

    def mark(self, example: Example, to_train: bool = False) -> Example:
        """Show the lines nearest to the question; blurred where the embedder has met it, in examples to train on."""
        blur = BLUR if to_train and example.met else 0.0
        example.marks = self.written.retrieval.marks(example.question, example.passages, lambda: self.v.random.gauss(0, blur))
        return example

    def opening(self) -> str:
        v, word = self.v, self.v.pick(self.v.words)
        return v.pick(['"', "“", f'{{"{word}": "', f'{{"{word}": "', f'{{ "{word}": {v.number(1, 99)}, "{v.pick(v.words)}": "', f"{word.capitalize()}!\n", f"{self.happenings.saying().sentence}\n", f"## {word.capitalize()}\n",
                       f"<{word}>", f"{word.capitalize()}: ", f"[{word}] ", "- ", "> "])
