"""English text that Debian carries, to teach the embedder with: WordNet glosses and examples, package descriptions.

Needs Debian's `wordnet-base` package and a filled APT cache (`apt-get update`). Nothing here is written to the repository:
the texts are read where Debian put them, and only the weights learnt from them are kept.
"""
import random
import re
import subprocess

WORDNET = "/usr/share/wordnet"


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
    dump = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, errors="ignore", check=True).stdout
    found = set()
    for block in dump.split("\n\n"):
        fields = dict(re.findall(r"^(\S+): (.+)$", block, re.M))
        if "Package" in fields and "Description" in fields:
            found.add(f"{fields['Package']}: {fields['Description']}")
    return sorted(found)  # a set has no order of its own, and the sample below must be repeatable


def training_texts(count: int, seed: int) -> list[str]:
    """A shuffled sample; a third are two to five texts in a row, because passages are longer than sentences."""
    choose = random.Random(seed)
    definitions, examples = wordnet_texts()
    packages = package_texts()
    pools = [definitions, examples, packages]
    texts = []
    for _ in range(count):
        pool = choose.choices(pools, weights=[5, 4, 3])[0]
        if choose.random() < 0.33:
            texts.append(" ".join(choose.choice(pool).rstrip(".") + "." for _ in range(choose.randint(2, 5))))
        else:
            text = choose.choice(pool)
            # Half of the definitions lose their headword, so that the words of the gloss have to carry the meaning.
            texts.append(text.partition(": ")[2] if ": " in text and choose.random() < 0.3 else text)
    return sorted(set(texts), key=lambda text: (len(text), text))
