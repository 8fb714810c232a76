"""Held-out pairs (another seed, other names and values): is it one valid ticket, and is the fact still the one the base's rag arm gives?

    python measure_adapter.py HELD_OUT.jsonl        (made by ticket_dataset.py --held-out)
"""
import json
import re
import sys
from pathlib import Path

from generation import ADAPTER, generate, read_ticket


def without_citation(answer: str) -> str:
    return re.sub(r" \[\d+\]$", "", answer.strip())


def main() -> None:
    chats = [json.loads(line)["messages"] for line in Path(sys.argv[1]).read_text().splitlines()]
    prompts = [messages[:-1] for messages in chats]
    gold = [json.loads(messages[-1]["content"]) for messages in chats]
    plain, adapted = generate(prompts), generate(prompts, ADAPTER)
    tickets = [read_ticket(text) for text in adapted]
    for title, chosen in [("with passages", [i for i, p in enumerate(prompts) if p[-1]["content"].startswith("[1]")]),
                          ("without passages", [i for i, p in enumerate(prompts) if not p[-1]["content"].startswith("[1]")])]:
        base_right = [i for i in chosen if without_citation(plain[i]) == without_citation(gold[i]["answer"])]
        right = [i for i in chosen if tickets[i] and without_citation(tickets[i]["answer"]) == without_citation(gold[i]["answer"])]
        report = {
            "n": len(chosen), "valid tickets": sum(tickets[i] is not None for i in chosen),
            "base answer exact": len(base_right), "ticket answer exact": len(right),
            "base right and ticket right": len(set(base_right) & set(right)),
            "source right": sum(tickets[i] is not None and tickets[i]["source"] == gold[i]["source"] for i in chosen),
            "confidence right": sum(tickets[i] is not None and tickets[i]["confidence"] == gold[i]["confidence"] for i in chosen),
            "base happens to be a ticket": sum(read_ticket(plain[i]) is not None for i in chosen),
        }
        print(title, json.dumps(report))


if __name__ == "__main__":
    main()
