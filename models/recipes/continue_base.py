"""Train Pocket on: more ways to say things, and passages that contradict what it remembers.

    python continue_base.py SOURCE.gguf TARGET.gguf [--minutes 8] [--threads 1]

Pairs are generated as they are needed (pairs.py) and never repeat. Real sentences from WordNet and Debian (embedder_texts.py) are
mixed in, so that copying stays a general skill. Plain AdamW at a low rate: higher ones destroyed the copying heads in earlier trials.
"""
import argparse
import math
import time

import numpy as np
import torch
from torch.nn import functional as F

from embedder_texts import wordnet_texts
from pairs import Pair, PairMaker, user_turn
from pocket import Pocket, batches, collate, encode

SEED = 11
SYSTEM_PROMPTS = ["Answer from the passages and cite them.", "You are a helpful assistant.", "Be brief.",
                  "Answer the question using only the numbered passages. Cite the passage you used."]


def plain_answer(pair: Pair) -> str:
    return f"{pair.answer} [{pair.source}]" if pair.source else pair.answer


def conversation(maker: PairMaker) -> list[dict]:
    """A system prompt now and then; passages with their first question; further questions about the same passages after it."""
    source, messages = maker.source, []
    if source.chance(0.2):
        messages.append({"role": "system", "content": source.pick(SYSTEM_PROMPTS)})
    roll = source.random.random()
    if roll < 0.83:
        pairs = maker.with_passages(questions=source.number(1, 4))
    elif roll < 0.86:
        pairs = [maker.small_talk_with_passages()]
    else:
        pairs = [maker.without_passages() for _ in range(source.number(1, 3))]
    for number, pair in enumerate(pairs):
        messages.append({"role": "user", "content": user_turn(pair.question, pair.passages if number == 0 else [])})
        messages.append({"role": "assistant", "content": plain_answer(pair)})
    return messages


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("source")
    options.add_argument("target")
    options.add_argument("--minutes", type=float, default=8)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--rate", type=float, default=4e-4)
    options.add_argument("--keep", type=float, default=0.5, help="share of the starting weights in what is written")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    order = np.random.default_rng(SEED)

    model = Pocket(options.source)
    _, examples = wordnet_texts()
    sentences = [text[0].upper() + text[1:].rstrip(".") + "." for text in examples if text.isascii() and len(text) < 110]
    maker = PairMaker(SEED, sentences)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    start, tokens, step, running = time.time(), 0, 0, []
    done = 0.0
    while done < 1:
        pool = [encode(model.tokenizer, conversation(maker)) for _ in range(400)]
        for batch in batches([example for example in pool if len(example[0]) <= 640], 6000, order):
            done = (time.time() - start) / (options.minutes * 60)
            if done >= 1:
                break
            for group in optimizer.param_groups:  # warm up over 40 steps, then a cosine down to nothing
                group["lr"] = options.rate * min(1, (step + 1) / 40) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
            ids, wanted, targets = collate(batch)
            loss = F.cross_entropy(model(ids, wanted), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            tokens += ids.numel()
            step += 1
            running.append(loss.item())
            if step % 25 == 0:
                print(f"step {step}  {tokens / 1e6:.2f}M tokens  {tokens / (time.time() - start):.0f}/s  loss {np.mean(running[-25:]):.3f}", flush=True)
    # Halfway back: the average answers the new pairs as well as the end point does, and still knows wordings that only the start had met
    # (templates never trained on: 47 % at the average, 42 % at the end point).
    start_weights = Pocket(options.source).weights
    with torch.no_grad():
        for name, weight in model.weights.items():
            weight.mul_(1 - options.keep).add_(start_weights[name], alpha=options.keep)
    model.save_over(options.source, options.target)


if __name__ == "__main__":
    main()
