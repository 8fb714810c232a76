"""Train a LoRA adapter for Pocket on a chat dataset and write it as GGUF.

    python train_adapter.py BASE.gguf DATASET.jsonl TARGET.gguf [--epochs 6] [--threads 1]

Only answers are learnt. A tenth of the dataset is kept aside to watch the loss; it takes no part in training.
"""
import argparse
import hashlib
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFWriter
from torch.nn import functional as F

from pocket import LINEAR, Pocket, batches, collate, encode

SEED = 31


def sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def mean_loss(model: Pocket, examples: list) -> float:
    with torch.no_grad():
        ids, wanted, targets = collate(examples)
        return F.cross_entropy(model(ids, wanted), targets).item()


def write_adapter(model: Pocket, path: str, name: str, alpha: float, facts: dict) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_license("MIT")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for key, value in facts.items():
        add = {str: writer.add_string, int: writer.add_uint32, float: writer.add_float32}[type(value)]
        add(f"fourfold.{key}", value)
    for layer in range(model.layers):
        for linear in LINEAR:
            for half in "ab":
                values = model.lora[f"blk__{layer}__{linear}_{half}"].detach().numpy().astype(np.float16)
                writer.add_tensor(f"blk.{layer}.{linear}.weight.lora_{half}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("base")
    options.add_argument("dataset")
    options.add_argument("target")
    options.add_argument("--name", default="Fourfold Ticket JSON")
    options.add_argument("--epochs", type=int, default=6)
    options.add_argument("--rank", type=int, default=16)
    options.add_argument("--alpha", type=float, default=32)
    options.add_argument("--rate", type=float, default=1.5e-3)
    options.add_argument("--threads", type=int, default=1)
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    order = np.random.default_rng(SEED)

    model = Pocket(options.base)
    model.add_lora(options.rank, options.alpha, SEED)
    chats = [json.loads(line)["messages"] for line in Path(options.dataset).read_text().splitlines()]
    examples = [encode(model.tokenizer, messages) for messages in chats]
    kept_aside = examples[::10]
    training = [example for number, example in enumerate(examples) if number % 10]
    loss_before = mean_loss(model, kept_aside)
    optimizer = torch.optim.AdamW(model.lora.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0)
    start, step, loss = time.time(), 0, None
    steps = len(batches(training, 3000, np.random.default_rng(0))) * options.epochs
    for epoch in range(options.epochs):
        losses = []
        for batch in batches(training, 3000, order):
            for group in optimizer.param_groups:
                group["lr"] = options.rate * min(1, (step + 1) / 20) * (0.02 + 0.98 * (1 + math.cos(math.pi * step / steps)) / 2)
            ids, wanted, targets = collate(batch)
            loss = F.cross_entropy(model(ids, wanted), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.lora.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            step += 1
        print(f"epoch {epoch + 1}  {time.time() - start:.0f}s  loss {np.mean(losses):.4f}  kept aside {mean_loss(model, kept_aside):.4f}", flush=True)
    write_adapter(model, options.target, options.name, options.alpha, {
        "base.sha256": sha256(options.base), "base.name": "Fourfold Pocket", "dataset.sha256": sha256(options.dataset), "dataset.pairs": len(chats),
        "lora.rank": options.rank, "lora.targets": ",".join(LINEAR), "training.epochs": options.epochs, "training.steps": step,
        "training.learning_rate": options.rate, "training.batch_tokens": 3000, "training.seed": SEED, "training.optimizer": "adamw",
        "training.loss": float(np.mean(losses)), "training.loss_kept_aside_before": loss_before,
        "training.loss_kept_aside": mean_loss(model, kept_aside),
    })


if __name__ == "__main__":
    main()
