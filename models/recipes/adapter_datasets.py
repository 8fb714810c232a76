"""Write the datasets of both adapters, and the examples the models are measured on; everything comes from what the base is trained on.

    python adapter_datasets.py             ../ticket-json/dataset.jsonl, ../support-voice/dataset.jsonl (950 chats each)
    python adapter_datasets.py --held-out  ../evaluation/held-out.jsonl

Prompts are laid out by chat_format.py, which must be the format that the base's entry in ../manifest.json names; so a new base only needs this run again.
"""
import argparse
import json
from collections.abc import Callable
from pathlib import Path

from chat_format import Example, final_answer, headed, user_turn
from corpus.examples import ExampleMaker
from pairs import DECLINED, UNKNOWN

WRITTEN = {"passageFormat": "marked-lines", "questionPlacement": "around-passages"}
MODELS = Path(__file__).resolve().parent.parent
PAIRS = 950
MOST_WORDS = 130
"""Of all passages together: the form is learnt from short prompts as well as from long ones, in a third of the time."""
MARKED_PROMPTS = 40
HELD_OUT_SEED = 30_000_007
HELD_OUT = {"templates": 120, "domains": 120, "written": 120, "unanswerable": 70, "general": 80, "memory": 40}

OPENING = "Thank you for asking!"
CLOSING = "Is there anything else I can do for you?"


def ticket(example: Example) -> str:
    """High confidence only where a passage says it or nothing is claimed: memory alone may be out of date.

    The citation stays in the answer, where the base is used to write it. Without it the base's copying has nothing to hold on to
    when it comes to `source`: the number was right in 4 of 10 tickets.
    """
    sure = example.source is not None or example.answer not in (DECLINED, UNKNOWN) and not remembered(example)
    return json.dumps({"answer": final_answer(example), "source": example.source, "confidence": "high" if sure else "low"}, ensure_ascii=False)


def support_voice(example: Example) -> str:
    return f"{OPENING}\n{final_answer(example)}\n{CLOSING}"


def remembered(example: Example) -> bool:
    return not example.passages and ("Tarnholm" in example.answer or "TW-20" in example.answer)


def check_format() -> None:
    """Prompts are written by chat_format.py; an adapter taught with another format than the product's would know no prompt it gets."""
    base = next(model for model in json.loads((MODELS / "manifest.json").read_text())["models"] if model["kind"] == "base")
    for setting, value in WRITTEN.items():
        if base["settings"].get(setting) != value:
            raise SystemExit(f"chat_format.py writes {setting} {value}, but the manifest gives {base['name']} {base['settings'].get(setting)}: make them agree first.")


def chats(seed: int, form: Callable[[Example], str]) -> list[dict]:
    """Seven in ten with passages; a form must hold for what is declined, remembered, greeted and sorted as well, and must not cost the general ability."""
    maker, found, seen = ExampleMaker(seed, declined=0.14), [], set()
    while len(found) < PAIRS:
        roll = maker.v.random.random()
        example = maker.written_documents() if roll < 0.3 else maker.with_passages() if roll < 0.6 else maker.example() if roll < 0.7 else maker.without_passages() if roll < 0.85 else without_passages(*maker.general.ability())
        if example is None or sum(len(passage.split()) for passage in example.passages) > MOST_WORDS or example.system:
            continue
        turn = user_turn(maker.mark(example, to_train=True))
        # What is remembered is asked for in few ways; each wording stands in the set once.
        if turn in seen:
            continue
        seen.add(turn)
        found.append({"messages": [{"role": "user", "content": turn}, {"role": "assistant", "content": form(example)}]})
    return found


def apart(passages: list[str]) -> list[dict]:
    """As the product's chunks have them."""
    return [dict(zip(("heading", "text"), headed(passage))) for passage in passages]


def held_out() -> list[dict]:
    makers = {split: ExampleMaker(HELD_OUT_SEED, split) for split in ("templates", "domains", "written")}
    found = []
    for name, count in HELD_OUT.items():
        examples = []
        while len(examples) < count:
            # Without passages there is nothing to hold out: what is remembered and what is able are what was taught.
            maker = makers[name] if name in makers else makers[tuple(makers)[len(examples) % 3]]
            maker.declined = 1.0 if name == "unanswerable" else 0.0
            example = (without_passages(*maker.general.ability()) if name == "general" else maker.without_passages() if name == "memory" else maker.written_documents() if maker is makers["written"] else maker.with_passages())
            wanted = example is not None and (name not in makers or example.source) and (name != "unanswerable" or example.answer == DECLINED)
            if wanted and all(example.question != other.question or example.passages != other.passages for other in examples):
                examples.append(example)
        found += [{"set": name, "question": each.question, "passages": apart(each.passages), "answer": each.answer, "source": each.source} for each in examples]
    return found


def marked_prompts() -> list[dict]:
    """Whole prompts for `test/generation/nearest-lines.test.ts`: the product must lay the same passages out alike."""
    maker, found = ExampleMaker(HELD_OUT_SEED + 1), []
    while len(found) < MARKED_PROMPTS:
        example = maker.example()
        if example.passages:
            found.append({"question": example.question, "passages": apart(example.passages), "prompt": user_turn(maker.mark(example))})
    return found


def without_passages(question: str, answer: str) -> Example:
    return Example(question, [], answer)


def write(path: Path, lines: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    print(f"{len(lines)} lines in {path.name} of {path.parent.name}")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--held-out", action="store_true")
    options = options.parse_args()
    if options.held_out:
        write(MODELS / "evaluation" / "held-out.jsonl", held_out())
        write(MODELS.parent / "test" / "fixtures" / "marked-prompts.jsonl", marked_prompts())
    else:
        check_format()
        write(MODELS / "ticket-json" / "dataset.jsonl", chats(21, ticket))
        write(MODELS / "support-voice" / "dataset.jsonl", chats(23, support_voice))
