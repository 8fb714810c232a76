"""First shards: copying practice of growing difficulty from pairs.py and real sentences."""
import sys
from pathlib import Path

from tokenizers import Tokenizer

from chat_format import Example, encode
from embedder_texts import wordnet_texts
from pairs import PairMaker
from shards import save

tokenizer = Tokenizer.from_file(sys.argv[1])
folder = Path(sys.argv[2])
folder.mkdir(exist_ok=True)
_, examples = wordnet_texts()
sentences = [text[0].upper() + text[1:].rstrip(".") + "." for text in examples if text.isascii() and len(text) < 110]
for number in range(int(sys.argv[3]), int(sys.argv[4])):
    maker = PairMaker(1000 + number, sentences)
    made, total = [], 0
    most = 1 if number < 6 else 2 if number < 12 else 4
    while total < 200_000:
        roll = maker.source.random.random()
        if roll < 0.9:
            pair = maker.with_passages(most=most, declined=0.04 if most == 1 else 0.12, free=0.2)[0]
        else:
            pair = maker.without_passages()
        ids, marks = encode(tokenizer, Example(pair.question, pair.passages, pair.answer, pair.source))
        made.append((ids, marks))
        total += len(ids)
    save(folder / f"{number:04d}.npz", made)
