"""Write ../ticket-json/dataset.jsonl: 1,000 chats whose answers are one JSON object, with and without passages.

    python ticket_dataset.py            writes the training set
    python ticket_dataset.py --held-out PATH   writes 300 other pairs, from another seed, for measuring
"""
import argparse
import json
from pathlib import Path

from pairs import Pair, PairMaker, user_turn

TRAINING_SEED, HELD_OUT_SEED = 21, 22
TARGET = Path(__file__).resolve().parent.parent / "ticket-json" / "dataset.jsonl"


def ticket(pair: Pair) -> str:
    """High confidence only where a passage says it or nothing is claimed: memory alone may be out of date.

    The citation stays in the answer, where the base is used to write it. Without it the base's copying has nothing to hold on to
    when it comes to `source`: the number was right in 4 of 10 tickets.
    """
    answer = f"{pair.answer} [{pair.source}]" if pair.source else pair.answer
    return json.dumps({"answer": answer, "source": pair.source, "confidence": "high" if pair.sure else "low"}, ensure_ascii=False)


def make_pairs(seed: int, count: int) -> list[Pair]:
    maker, pairs, seen = PairMaker(seed), [], set()
    while len(pairs) < count:
        roll = maker.source.random.random()
        if roll < 0.66:
            pair = maker.with_passages(declined=0.14)[0]
        elif roll < 0.70:
            pair = maker.small_talk_with_passages()
        else:
            pair = maker.without_passages()
        # The few questions about what is remembered would repeat; each may stand in the set a handful of times.
        key = (user_turn(pair.question, pair.passages), len(pairs) // 150)
        if key not in seen:
            seen.add(key)
            pairs.append(pair)
    return pairs


def chat(pair: Pair) -> dict:
    return {"messages": [{"role": "user", "content": user_turn(pair.question, pair.passages)}, {"role": "assistant", "content": ticket(pair)}]}


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--held-out", type=Path)
    options = options.parse_args()
    pairs = make_pairs(HELD_OUT_SEED, 300) if options.held_out else make_pairs(TRAINING_SEED, 1000)
    path = options.held_out or TARGET
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(chat(pair), ensure_ascii=False) + "\n" for pair in pairs))
    print(f"{len(pairs)} pairs, {sum(bool(pair.passages) for pair in pairs)} of them with passages")
