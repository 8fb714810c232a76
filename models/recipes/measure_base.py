"""Measure Pocket: held-out wordings, held-out subjects, missing answers, memory, and hand-written questions; through llama.cpp, greedily.

    python measure_base.py [BASE.gguf] [--count 200] [--hand HAND.json]

Each share comes with its 95 % Wilson interval. HAND.json: {"docs": [{"name", "text": [passages], "qa": [[question, expected, passage number]]}], "unanswerable": [[name, question]]}.
"""
import argparse
import json
import math
from collections.abc import Callable
from pathlib import Path

from chat_format import Example, final_answer, user_turn
from corpus.examples import ExampleMaker
from corpus.retrieval import Retrieval
from generation import BASE, generate
from pairs import DECLINED

SEED = 20_000_003
"""Far from the seeds of write_shards.py, so that no name or number was seen."""


def interval(hits: int, count: int) -> str:
    share, z = hits / count, 1.96
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{100 * share:3.0f} % ({100 * max(0, centre - half):.0f}–{100 * min(1, centre + half):.0f})"


def made(split: str, count: int, wanted: Callable[[Example], bool], declined: float = 0.0, most_passages: int = 5) -> list[Example]:
    maker = ExampleMaker(SEED, split, most_passages, declined)
    found: list[Example] = []
    while len(found) < count:
        example = maker.written_documents() if split == "written" else maker.with_passages()
        if example is not None and wanted(example):
            found.append(maker.mark(example))
    return found


def chat(example: Example) -> list[dict]:
    turn = user_turn(example)
    if OPTIONS.question_last and example.passages:
        turn = turn[len(example.question) + 2:]
    return [{"role": "user", "content": turn}]


def report(name: str, examples: list[Example], base: Path, show: int) -> None:
    answers = generate([chat(example) for example in examples], base=base)
    right = [final_answer(example) == answer for example, answer in zip(examples, answers)]
    cited = [answer.rstrip().endswith(f"[{example.source}]") for example, answer in zip(examples, answers) if example.source]
    declined = sum("do not say" in answer for answer in answers)
    print(f"{name:28} n {len(examples)}  exact {interval(sum(right), len(right))}  cited {interval(sum(cited), len(cited)) if cited else '-'}  declined {declined}", flush=True)
    for example, answer, fine in list(zip(examples, answers, right)):
        if not fine and show > 0:
            show -= 1
            print(f"    {example.question}\n      wanted {final_answer(example)}\n      got    {answer}")


def by_hand(path: Path, base: Path, show: bool) -> None:
    hand = json.loads(path.read_text())
    texts = {document["name"]: document["text"] for document in hand["docs"]}
    asked = [(document["name"], *question) for document in hand["docs"] for question in document["qa"]]
    retrieval = Retrieval()
    marked = lambda name, question: chat(Example(question, texts[name], "", marks=retrieval.marks(question, texts[name])))
    answers = generate([marked(name, question) for name, question, _, _ in asked], base=base)
    right = [expected.lower() in answer.lower() for (_, _, expected, _), answer in zip(asked, answers)]
    cited = [answer.rstrip().endswith(f"[{number}]") for (_, _, _, number), answer in zip(asked, answers)]
    missing = generate([marked(name, question) for name, question in hand["unanswerable"]], base=base)
    print(f"{'hand-written':28} n {len(asked)}  contains {interval(sum(right), len(right))}  cited {interval(sum(cited), len(cited))}"
          f"  missing, declined {sum('do not say' in answer for answer in missing)} of {len(missing)}", flush=True)
    if show:
        for (_, question, _, _), answer, fine in zip(asked, answers, right):
            print(f"    {'   ' if fine else 'BAD'} {question} => {answer}")
        for (_, question), answer in zip(hand["unanswerable"], missing):
            print(f"    missing: {question} => {answer}")


OPTIONS = argparse.Namespace(question_last=False)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--question-last", action="store_true", help="for a base that was trained with the question after the passages only")
    options.add_argument("base", type=Path, nargs="?", default=BASE)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--hand", type=Path)
    options.add_argument("--show", type=int, default=0)
    options.add_argument("--brief", action="store_true")
    options = options.parse_args()
    OPTIONS.question_last = options.question_last
    answered = lambda example: example.source is not None
    if options.hand:
        by_hand(options.hand, options.base, options.show > 0)
    report("wordings known, names new", made("training", options.count, answered), options.base, options.show)
    report("wordings never trained on", made("templates", options.count, answered), options.base, options.show)
    report("subjects never trained on", made("domains", options.count, answered), options.base, options.show)
    report("answer not in the passages", made("templates", options.count // 2, lambda example: example.answer == DECLINED, declined=1.0), options.base, options.show)
    report("written documents, unseen", made("written", options.count, answered), options.base, options.show)
    report("written, answer missing", made("written", options.count // 2, lambda example: example.answer == DECLINED, declined=1.0), options.base, options.show)
    if not options.brief:
        maker = ExampleMaker(SEED)
        report("no passages", [maker.without_passages() for _ in range(options.count)], options.base, options.show)


if __name__ == "__main__":
    main()
