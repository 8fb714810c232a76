"""English text that Debian carries, to teach the embedder with: WordNet, package descriptions, manual pages.

Needs Debian's `wordnet-base` package, installed manual pages, and a filled APT cache with English translations:
`apt-get -o Acquire::Languages=en update`. Nothing here is written to the repository: the texts are read where Debian put
them, and only the weights learnt from them are kept.
"""
import gzip
import random
import re
import subprocess
from pathlib import Path

WORDNET = "/usr/share/wordnet"
MANUALS = Path("/usr/share/man")
APT_LISTS = Path("/var/lib/apt/lists")


def wordnet_texts() -> tuple[list[str], list[str]]:
    """Returns (definitions such as "kettle, boiler: a metal pot ...", example sentences)."""
    definitions, examples = [], []
    for part in ("noun", "verb", "adj", "adv"):
        with open(f"{WORDNET}/data.{part}", encoding="utf8", errors="ignore") as lines:
            for line in lines:
                if line.startswith("  "):  # the licence header
                    continue
                head, _, gloss = line.partition(" | ")
                fields = head.split(" ")
                count = int(fields[3], 16)
                words = [re.sub(r"\(.*\)", "", fields[4 + 2 * i]).replace("_", " ") for i in range(count)]
                examples += [e.strip() for e in re.findall(r'"([^"]+)"', gloss) if len(e) > 15]
                definition = re.sub(r';?\s*"[^"]*"[^;]*', "", gloss).strip(" ;:\n")
                if len(definition) > 8:
                    definitions.append(f"{', '.join(words[:3])}: {definition}")
    return definitions, examples


def package_texts() -> list[str]:
    """One line for each package: "kettle: boils water from the command line"."""
    dump = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, errors="ignore", check=True).stdout
    found = set()
    for block in dump.split("\n\n"):
        fields = dict(re.findall(r"^(\S+): (.+)$", block, re.M))
        if "Package" in fields and "Description" in fields:
            found.add(f"{fields['Package']}: {fields['Description']}")
    return sorted(found)  # a set has no order of its own, and the samples below must be repeatable


def described_packages(lists: Path = APT_LISTS) -> list[tuple[str, list[str]]]:
    """(what a package is in a line, the paragraphs of its long description), sorted."""
    found = set()
    for path in sorted(lists.glob("*Translation-en*")):
        text = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(path)], capture_output=True, text=True, errors="ignore", check=True).stdout
        for short, described in re.findall(r"^Description-en: (.+)\n((?: .*\n?)*)", text, re.M):
            found.add((short, tuple(" ".join(paragraph.split()) for paragraph in re.split(r"\n \.\n?", described))))
    return [(short, list(paragraphs)) for short, paragraphs in sorted(found)]


def package_paragraphs(lists: Path) -> list[str]:
    """Paragraphs of the long descriptions."""
    return sorted({paragraph for _, paragraphs in described_packages(lists) for paragraph in paragraphs if 60 <= len(paragraph) <= 1200})


def manual_texts() -> list[str]:
    """Paragraphs of prose from installed manual pages, their markup taken off."""
    paragraphs = set()
    for path in sorted(MANUALS.glob("man[1-8]/*.gz")):
        lines = []
        for line in gzip.decompress(path.read_bytes()).decode("utf8", errors="ignore").splitlines():
            if line.startswith((".B ", ".I ", ".BR ", ".IR ", ".BI ", ".RB ", ".RI ")):
                line = line.split(" ", 1)[1].replace('"', "")
            lines.append("" if line.startswith((".", "'")) else line)
        for paragraph in "\n".join(lines).split("\n\n"):
            text = re.sub(r"\\(f[A-Z]|f\([A-Z]{2}|s[+-]?\d|&|/|,|\|)", "", paragraph)
            text = " ".join(re.sub(r"\\\((..)", " ", text.replace("\\-", "-").replace("\\e", "\\")).split())
            words = re.findall(r"[A-Za-z]{2,}", text)
            if 60 <= len(text) <= 1200 and "\\" not in text and len(" ".join(words)) > 0.75 * len(text):
                paragraphs.add(text)
    return sorted(paragraphs)


def training_texts(count: int, seed: int, lists: Path = APT_LISTS) -> list[str]:
    """A shuffled sample of single sentences, rows of them (passages are longer than sentences) and whole paragraphs."""
    choose = random.Random(seed)
    definitions, examples = wordnet_texts()
    short, long, manuals = package_texts(), package_paragraphs(lists), manual_texts()
    texts = []
    for _ in range(count):
        pool = choose.choices([definitions, examples, short, long, manuals], weights=[4, 4, 2, 4, 4])[0]
        text = choose.choice(pool)
        if pool is long or pool is manuals:
            # Passages begin and end where a chunker cuts, not where an author did; some are questions in length.
            sentences = re.split(r"(?<=[.!?;:]) ", text)
            first = choose.randrange(len(sentences))
            text = " ".join(sentences[first:first + choose.choice([1, 1, 2, 3, 6])])
        elif choose.random() < 0.25:
            text = " ".join(choose.choice(pool).rstrip(".") + "." for _ in range(choose.randint(2, 4)))
        elif ": " in text and choose.random() < 0.3:
            # Some definitions lose their headword, so that the words of the gloss have to carry the meaning.
            text = text.partition(": ")[2]
        texts.append(text)
    return sorted(set(texts), key=lambda text: (len(text), text))

