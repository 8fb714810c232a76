"""Documents written for training (`corpus/written/*.txt`): prose, tables and lists of every kind, each line with the questions that it answers.

    # Title                       a document begins
    ## Section                    a heading
    One line to copy.             a sentence, a list item, a `key: value` or a table row
    ? A question about the line above
    ! A question that the document seems to answer and does not

`{person}`, `{number 2-40}` and the like are drawn anew each time, `{oak|beech}` is a choice; with `#1` the same in the whole document;
`{=person}` in a question is what was drawn in the line above it. One document in twenty is never trained on and measures reading.
"""
import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from chat_format import LINE_MARK, Example, sentences
from corpus.english import hash_of
from corpus.retrieval import Retrieval
from corpus.values import Values
from pairs import DECLINED, FIRST, LAST

FOLDER = Path(__file__).parent / "written"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
HELD_OUT_EVERY = 20
OTHER_NAMES = {"company": "company_name", "data": "data_size"}
DEPARTMENTS = "accounts,purchasing,facilities,legal,research,marketing,quality assurance,human resources,dispatch,maintenance,customer service,finance,engineering,security,catering,training".split(",")


@dataclass
class Line:
    text: str
    questions: list[str] = field(default_factory=list)


@dataclass
class Document:
    title: str
    sections: list[tuple[str, list[Line]]]
    missing: list[str]
    """Questions it does not answer."""


@dataclass
class Chunk:
    text: str
    lines: list[Line]


def read(path: Path) -> list[Document]:
    documents: list[Document] = []
    for line in filter(None, (each.strip() for each in path.read_text().splitlines())):
        if line.startswith("# "):
            documents.append(Document(line[2:], [], []))
        elif line.startswith("## "):
            documents[-1].sections.append((line[3:], []))
        elif line.startswith("! "):
            documents[-1].missing.append(line[2:])
        else:
            if not documents[-1].sections:
                documents[-1].sections.append(("", []))
            lines = documents[-1].sections[-1][1]
            if line.startswith("? "):
                lines[-1].questions.append(line[2:])
            else:
                lines.append(Line(line))
    return documents


@cache
def all_documents() -> tuple[list[Document], list[Document]]:
    """(to train on, held out)"""
    split: tuple[list[Document], list[Document]] = ([], [])
    for path in sorted(FOLDER.glob("*.txt")):
        for document in read(path):
            split[hash_of(document.title) % HELD_OUT_EVERY == 0].append(document)
    return split


class WrittenDocuments:
    def __init__(self, values: Values, held_out: bool = False) -> None:
        self.v = values
        self.documents = all_documents()[held_out]
        self.retrieval = Retrieval()

    def value(self, placeholder: str) -> str:
        v, (kind, *rest) = self.v, placeholder.split()
        if "|" in placeholder:
            return v.pick(placeholder.split("|"))
        if kind == "number":
            low, high = rest[0].split("-")
            number = v.number(int(float(low)), int(float(high)))
            return f"{number:,}" if number > 9999 or (number > 999 and v.chance(0.5)) else str(number)
        if kind == "decimal":
            low, high = map(float, rest[0].split("-"))
            return f"{v.random.uniform(low, high):.{v.pick([1, 1, 2])}f}"
        if kind == "name":
            return v.made_up()
        if kind == "firstname":
            return v.pick(FIRST)
        if kind == "surname":
            return v.pick(LAST) if v.chance(0.5) else v.made_up()
        if kind == "month":
            return v.pick("January February March April May June July August September October November December".split())
        if kind == "department":
            return v.pick(DEPARTMENTS)
        return getattr(v, OTHER_NAMES.get(kind, kind))()

    def fill(self, text: str, whole: dict[str, str], of_line: dict[str, str]) -> str:
        """`whole`: what stands in the whole document; `of_line`: the first value of each kind in the line above, or to be noted of this line."""

        def drawn(match: re.Match) -> str:
            placeholder = match.group(1)
            if placeholder.startswith("="):
                return of_line.get(placeholder[1:].split()[0].split("#")[0], of_line.get(placeholder[1:], ""))
            kind, _, number = placeholder.partition("#")
            if number:
                key = f"{kind.split()[0] if '|' not in kind else kind}#{number}"
                value = whole.setdefault(key, "") or self.value(kind)
                whole[key] = value
            else:
                value = self.value(kind)
            of_line.setdefault(kind.split()[0] if "|" not in kind else kind, value)
            return value

        while (filled := PLACEHOLDER.sub(drawn, text)) != text:  # a choice may hold another
            text = filled
        return text

    def filled(self, document: Document) -> Document:
        v, whole = self.v, {}
        title = self.fill(document.title, whole, {})
        piped = v.chance(0.6)
        sections = []
        for heading, lines in document.sections:
            heading, made = self.fill(heading, whole, {}), []
            for line in lines:
                of_line: dict[str, str] = {}
                text = self.fill(line.text, whole, of_line)
                text = text[:1].upper() + text[1:]
                if text.startswith("|") and not piped:
                    text = text.strip("| ")
                made.append(Line(text, [self.fill(question, whole, dict(of_line)) for question in line.questions]))
            sections.append((heading, made))
        return Document(title, sections, [self.fill(each, whole, {}) for each in document.missing])

    def chunks(self, document: Document) -> list[Chunk]:
        """Cut as the product cuts: whole lines up to a size, under the path of their headings; sentences of a paragraph run on."""
        v, found = self.v, []
        most_words = v.pick([30, 40, 45, 50, 50, 60, 80, 100])
        style = v.pick(["path", "path", "path", "section", "none"])
        for heading, lines in document.sections:
            above = {"path": " › ".join(filter(None, [document.title, heading])), "section": heading, "none": ""}[style]
            group: list[Line] = []
            groups = [group]
            for line in lines:
                if group and sum(len(each.text.split()) for each in group) + len(line.text.split()) > most_words:
                    group = []
                    groups.append(group)
                group.append(line)
            for group in filter(None, groups):
                text = ""
                for line in group:
                    own = line.text.startswith(("-", "|")) or " | " in line.text or not line.text.endswith((".", "!", "?"))
                    text += ("\n" if own or text.endswith(" \n") else " ") + line.text + (" \n" if own else "")
                text = re.sub(r"\s*\n\s*", "\n", text).strip()
                found.append(Chunk(f"{above}\n\n{text}" if above else text, group))
        return found

    def example(self, most_passages: int, declined: float) -> Example | None:
        """None where nothing can be asked without doubt; then try again."""
        v = self.v
        chosen = v.pick(self.documents)
        document = self.filled(chosen)
        own = self.chunks(document)
        askable = [(chunk, line) for chunk in own for line in chunk.lines if line.questions]
        if v.chance(declined) and document.missing and v.chance(0.6):
            chunk, line = None, None
            question = v.pick(document.missing)
        elif askable:
            chunk, line = v.pick(askable)
            question = v.pick(line.questions)
        else:
            return None
        question = self.asked(question)
        # The same document with other values would answer too.
        elsewhere = [each for each in v.random.sample(self.documents, v.number(1, 4)) if each is not chosen]
        pool = own + [each for other in elsewhere for each in self.chunks(self.filled(other))]
        order = self.retrieval.order(question, [each.text for each in pool])
        passages = [pool[index] for index in order[: min(most_passages, v.random.choices(range(1, 6), [1, 2, 5, 3, 6])[0])]]
        if chunk is not None and chunk not in passages and v.chance(0.7):
            passages[-1] = chunk
        if chunk in passages and v.chance(declined * 0.4):  # the passage stays, only its answer goes
            left = chunk.text.replace(line.text, "").replace("  ", " ").replace("\n\n\n", "\n\n").strip()
            passages = [replace(each, text=left) if each is chunk else each for each in passages] if len(left.split()) > 8 else [each for each in passages if each is not chunk] or own[:1]
            chunk = None
        if v.chance(0.15):
            v.random.shuffle(passages)
        texts = [each.text for each in passages]
        if chunk not in passages:
            return Example(question, texts, DECLINED, met=True)
        answer = LINE_MARK.sub("", line.text)
        if sum(sentences(text).count(answer) for text in texts) != 1:
            return None
        return Example(question, texts, answer, passages.index(chunk) + 1, met=True)

    def asked(self, question: str) -> str:
        question = question.strip()
        return question[:1].upper() + question[1:] if self.v.chance(0.6) else question
