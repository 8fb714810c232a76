"""Paragraphs of the manual pages installed with Debian: real technical prose, with long sentences and neighbours on the same subject."""
import gzip
import re
from pathlib import Path

MANUALS = Path("/usr/share/man")
PAGES_PER_SECTION = 400
BREAK = re.compile(r"^\.\s*(P|PP|LP|TP|IP|SH|SS|sp|RS|RE|HP|br|TH|nf|fi|EX|EE)\b")
ESCAPES = [(re.compile(r"\\f(\[[^\]]*\]|.)"), ""), (re.compile(r"\\(\(aq|\[aq\]|')"), "'"), (re.compile(r"\\(-|\(hy)"), "-"), (re.compile(r"\\(\(lq|\(rq|\(dq)"), '"'), (re.compile(r"\\[&/,|^e: ]"), ""), (re.compile(r"\\s[-+]?\d"), "")]
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def clean(line: str) -> str:
    for pattern, replacement in ESCAPES:
        line = pattern.sub(replacement, line)
    return line


def paragraphs_of(source: str) -> list[list[str]]:
    """The sentences of each paragraph, where they are plain English from start to end."""
    found, words = [], []
    for line in [*source.split("\n"), ".PP"]:
        if BREAK.match(line):
            text = " ".join(" ".join(words).split())
            words = []
            sentences = [each for each in SENTENCE.split(text) if 35 < len(each) < 230 and each[0].isupper() and each.endswith(".") and each.isascii() and not set("\\[]{}<>|=_@") & set(each)]
            if len(sentences) >= 2:
                found.append(sentences[:5])
        elif line.startswith((".B ", ".I ", ".BR ", ".IR ")):
            words.append(clean("".join(line.split(" ", 1)[1].split(" ")) if line[2] in "R" else line.split(" ", 1)[1]).replace('"', ""))
        elif not line.startswith((".", "'")):
            words.append(clean(line))
    return found


def manual_paragraphs() -> list[list[str]]:
    """In an order that is the same wherever the same pages are installed."""
    found: dict[str, list[str]] = {}
    for section in ("man1", "man5", "man7", "man8"):
        pages = [page for page in sorted((MANUALS / section).glob("*.gz")) if not page.name.startswith("gcloud")]
        step = max(1, len(pages) // PAGES_PER_SECTION)
        for page in pages[::step]:
            if not page.is_symlink():
                for sentences in paragraphs_of(gzip.decompress(page.read_bytes()).decode("utf8", "ignore")):
                    found.setdefault(sentences[0], sentences)
    return list(found.values())
