"""Write training shards, about 200,000 tokens each; each shard has its number for a seed, so any of them can be written again alone.

    python write_shards.py TOKENIZER.json FOLDER FIRST LAST [--stage copying|short|full] [--meanings FOLDER]

Stages of the curriculum: `copying` asks about short sentences of pairs.py in one passage, `short` uses everything in up to three
passages, `full` in up to five.
"""
import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from chat_format import NOTHING, Example, encode
from corpus.examples import TWINS, ExampleMaker
from shards import Encoded, save

TOKENS_PER_SHARD = 200_000
MOST_TOKENS = 1000
MOST_PASSAGES = {"copying": 2, "short": 3, "full": 5}


def copying(maker: ExampleMaker) -> Example:
    if maker.v.chance(0.1):
        return maker.without_passages()
    pair = maker.pairs.with_passages(most=maker.most_passages, declined=0.05)[0]
    return Example(pair.question, pair.passages, pair.answer, pair.source)


def chat_without_passages(tokenizer: Tokenizer, maker: ExampleMaker) -> Encoded:
    """Several short exchanges in a row: alone, they would all meet in the few batches of the shortest examples and so in few steps."""
    line_break = tokenizer.encode("\n", add_special_tokens=False).ids
    turns = [encode(tokenizer, maker.without_passages()) for _ in range(maker.v.number(1, 8))]
    return (np.concatenate([np.concatenate([ids, line_break]) for ids, _ in turns]).astype(np.uint16),
            np.concatenate([np.append(marks, NOTHING) for _, marks in turns]).astype(np.uint8))


def shard(tokenizer: Tokenizer, maker: ExampleMaker, make: Callable[[], Example]) -> list[Encoded]:
    made, total = [], 0
    while total < TOKENS_PER_SHARD:
        if maker.v.chance(0.15):
            new = [chat_without_passages(tokenizer, maker)]
        else:
            example = make()
            twin = maker.twin(example) if maker.v.chance(TWINS) else None
            new = [encode(tokenizer, each) for each in (example, twin) if each]
        for encoded in new:
            if len(encoded[0]) <= MOST_TOKENS:
                made.append(encoded)
                total += len(encoded[0])
    return made


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("tokenizer", type=Path)
    options.add_argument("folder", type=Path)
    options.add_argument("first", type=int)
    options.add_argument("last", type=int)
    options.add_argument("--stage", choices=MOST_PASSAGES, default="full")
    options.add_argument("--meanings", type=Path, help="made by teach_lines.py; without it there are no lines like another (corpus/lines.py)")
    options = options.parse_args()
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    options.folder.mkdir(exist_ok=True)
    maker = ExampleMaker(0, most_passages=MOST_PASSAGES[options.stage], meanings=options.meanings)
    for number in range(options.first, options.last):
        maker.v.random.seed(number)
        maker.pairs.source.random.seed(number)
        make = (lambda: copying(maker)) if options.stage == "copying" else maker.example
        save(options.folder / f"{number:04d}.npz", shard(tokenizer, maker, make))


if __name__ == "__main__":
    main()
