"""Write training shards: chats of growing difficulty, about 200,000 tokens each, from one seed per shard.

    python write_shards.py TOKENIZER.json FOLDER FIRST LAST [--keep-ahead TRAINING_CHECKPOINT]
"""
import argparse
from pathlib import Path

from tokenizers import Tokenizer

from chat_format import encode
from corpus.examples import ExampleMaker
from shards import save

TOKENS_PER_SHARD = 200_000
MOST_TOKENS = 800


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("tokenizer", type=Path)
    options.add_argument("folder", type=Path)
    options.add_argument("first", type=int)
    options.add_argument("last", type=int)
    options.add_argument("--most-passages", type=int, default=5)
    options = options.parse_args()
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    options.folder.mkdir(exist_ok=True)
    maker = ExampleMaker(0, most_passages=options.most_passages)
    for number in range(options.first, options.last):
        maker.v.random.seed(number)
        maker.pairs.source.random.seed(number)
        made, total = [], 0
        while total < TOKENS_PER_SHARD:
            ids, marks = encode(tokenizer, maker.example())
            if len(ids) <= MOST_TOKENS:
                made.append((ids, marks))
                total += len(ids)
        save(options.folder / f"{number:04d}.npz", made)


if __name__ == "__main__":
    main()
