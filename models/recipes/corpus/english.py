"""Real English that Debian carries (WordNet's examples and definitions, package descriptions), and questions about it.

A question repeats a few of a sentence's words or, half the time, words of like meaning: the embedder's nearest neighbours. No template can
offer that many paraphrases. The last twentieth of every list is kept for measuring.
"""
import re
from functools import cached_property

import numpy as np

from corpus.manuals import manual_paragraphs
from corpus.values import Values
from embedder_texts import WORDNET, package_texts, wordnet_texts
from semantic_vectors import word_vectors

STOP = set("a an the of to in on at for and or is are was were be been it its this that these those with by from as his her their our your my he she they we you i not no do does did has have had will would can could may must into than then "
           "there who what which when where why how if but so up out about all any some one me him them us very more most such only also just".split())
ABOUT = ["What does it say about {}?", "What about {}?", "Tell me about {}.", "What do we know about {}?", "Is there anything on {}?", "What is said about {}?", "{}?", "Anything about {}?", "What is the story with {}?", "{}", "Find the part about {}.", "Where does it mention {}?",
         "I am looking for {}.", "What happened with {}?", "Give me the line on {}.", "What information is there regarding {}?"]
WHAT_IS = ["What is {}?", "What does {} mean?", "Define {}.", "What is the meaning of {}?", "Explain {}.", "what is {}", "What's {}?", "{}?", "Describe {}.", "Give me the definition of {}.", "What do you call {}?", "How is {} defined?"]


class English:
    def __init__(self, values: Values, held_out: bool) -> None:
        self.v, self.held_out = values, held_out

    def part(self, texts: list) -> list:
        kept = len(texts) * 19 // 20
        return texts[kept:] if self.held_out else texts[:kept]

    @cached_property
    def sentences(self) -> list[str]:
        _, examples = wordnet_texts()
        unique = sorted({text for text in examples if text.isascii() and 20 < len(text) < 150 and "[" not in text}, key=lambda text: (hash_of(text), text))
        return self.part([text[0].upper() + text[1:].rstrip(".,; ") + ("" if text[-1] in "?!" else ".") for text in unique])

    @cached_property
    def definitions(self) -> list[tuple[str, str]]:
        definitions, _ = wordnet_texts()
        pairs = sorted({tuple(text.split(": ", 1)) for text in definitions if text.isascii() and len(text) < 170 and "[" not in text}, key=lambda pair: (hash_of(pair[0] + pair[1]), pair))
        return self.part([(words.split(", ")[0], gloss) for words, gloss in pairs])

    @cached_property
    def packages(self) -> list[tuple[str, str]]:
        return self.part([tuple(text.split(": ", 1)) for text in sorted(package_texts(), key=lambda text: (hash_of(text), text)) if text.isascii() and "[" not in text and ": " in text])

    @cached_property
    def paragraphs(self) -> list[list[str]]:
        return self.part(sorted(manual_paragraphs(), key=lambda sentences: (hash_of(sentences[0]), sentences)))

    @cached_property
    def neighbours(self) -> dict[str, list[str]]:
        """Of each common word, the words nearest in meaning."""
        pieces, vectors = word_vectors()
        vocabulary = pieces.get_vocab()
        words = [word for word in sorted(vocabulary, key=vocabulary.get) if word.isascii() and word.isalpha() and len(word) > 2 and word not in STOP][:9000]
        rows = vectors[[vocabulary[word] for word in words]]
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        rows -= rows.mean(0)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        found: dict[str, list[str]] = {}
        for start in range(0, len(words), 1000):
            near = rows[start:start + 1000] @ rows.T
            for row, order in enumerate(np.argsort(-near, axis=1)[:, 1:5]):
                found[words[start + row]] = [words[other] for other in order if near[row, other] > 0.5]
        return found

    def reworded(self, word: str) -> str:
        near = self.neighbours.get(word.lower(), [])
        return self.v.pick(near) if near and self.v.chance(0.55) else word

    def question_about(self, sentence: str) -> str | None:
        v = self.v
        words = [word.strip(',.;:()"!?') for word in sentence.split()]
        telling = [word for word in words if word.lower() not in STOP and len(word) > 2 and not word.isdigit()]
        if len(telling) < 2:
            return None
        roll = v.random.random()
        if roll < 0.15:  # a stretch of it as it stands
            start = v.number(0, max(0, len(words) - 4))
            subject = " ".join(words[start:start + v.number(2, 5)])
            if not any(word in telling for word in subject.split()):
                return None
        elif roll < 0.4:
            chosen = v.random.sample(telling, min(len(telling), v.number(1, 3)))
            subject = v.pick([" ", " and ", " "]).join(self.reworded(word) for word in chosen)
        elif roll < 0.85 and len(telling) >= 3:  # an asking word that suits the sentence, then its own words in their order
            kept = sorted(v.random.sample(range(len(telling)), min(len(telling), v.number(2, 5))))
            return f"{v.pick(asking_words(sentence))} {' '.join(self.reworded(telling[place]) for place in kept).lower()}?"
        else:  # the sentence turned into a question, word for word
            head = v.pick(["Who", "What", "Which one", "Why", "How", "When", "Is it true that", "Does it say that", "Do you know who", "Where"])
            rest = [self.reworded(word) for word in words[v.number(0, 2):][:v.number(4, 12)]]
            return f"{head} {' '.join(rest).lower()}?"
        return v.pick(ABOUT).format(subject)

    def sentence_fact(self) -> tuple[str, str]:
        """(sentence, question)"""
        while True:
            sentence = self.v.pick(self.sentences)
            question = self.question_about(sentence)
            if question:
                return sentence, question

    def definition_fact(self, form: str | None = None) -> tuple[str, str]:
        word, gloss = self.v.pick(self.definitions)
        line = (form or self.v.pick(["{W}: {g}", "{W} means {g}.", "{W} - {g}", "{W} | {g}", "The word {w} stands for {g}."])).format(W=word[0].upper() + word[1:], w=word, g=gloss)
        if self.v.chance(0.25):  # by its description
            telling = [each for each in re.findall(r"[a-z]{3,}", gloss) if each not in STOP]
            if len(telling) >= 3:
                chosen = [self.reworded(each) for each in telling[:self.v.number(2, 4)]]
                return line, self.v.pick(["What is the word for {}?", "Which term means {}?", "What do you call {}?", "Which entry is about {}?"]).format(" ".join(chosen))
        return line, self.v.pick(WHAT_IS).format(self.reworded(word) if self.v.chance(0.15) else word)

    def package_fact(self) -> tuple[str, str]:
        name, description = self.v.pick(self.packages)
        line = self.v.pick(["{n}: {d}", "{n} - {d}", "Package {n} provides {d}.", "{n} | {d}"]).format(n=name, d=description)
        if self.v.chance(0.5):
            telling = [word for word in re.findall(r"[A-Za-z]{3,}", description) if word.lower() not in STOP]
            if len(telling) >= 2:
                chosen = [self.reworded(word) for word in self.v.random.sample(telling, min(3, len(telling)))]
                return line, self.v.pick(["Which package is for {}?", "What do I install for {}?", "Is there a package for {}?", "Which one has to do with {}?"]).format(" ".join(chosen))
        return line, self.v.pick(["What is {}?", "What does {} do?", "What does the package {} provide?", "Describe {}.", "What is in {}?"]).format(name)


def asking_words(sentence: str) -> list[str]:
    lower = f" {sentence.lower()} "
    found = ["What", "What is", "Which", "What does", "Do you know what"]
    for cue, words in ASKING.items():
        if re.search(cue, lower):
            found = words + (found if len(words) < 3 else [])
    return found


ASKING = {
    r" (is|are|was|were) ": ["What is", "What are", "Which"], r" (can|may|allows?|possible) ": ["Can I", "How can I", "Is it possible to", "May I"], r" (must|should|needs?|requires?|has to|have to) ": ["What must I do with", "Do I have to", "What should", "Must I"],
    r" (by|using|with|through|via) ": ["How", "How do I", "How does", "How is"], r" (in|at|into|inside) the ": ["Where", "Where is", "Where does"], r" (he|she|who|man|woman|[a-z]+er|director|president) ": ["Who", "Who was", "Which person"],
    r" (when|after|before|until|during|while|once) ": ["When", "When does", "At what time", "What happens when"], r" if ": ["What happens if", "What if", "In which case"], r"because|so that|in order to|due to|therefore|since ": ["Why", "Why does", "For what reason", "What is the reason for"],
    r"\d": ["How many", "How much", "What number", "How long", "How large"],
}


def hash_of(text: str) -> int:
    """An order that looks random and is the same every time."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value
