"""Train Pocket from nothing on the shards in a folder, in name order; stop and start it at will.

    python train_base.py TOKENIZER.json SHARDS_FOLDER CHECKPOINT.pt --tokens 25e6

A checkpoint is kept every three minutes and taken up again. The rate is steady after a short warm-up and falls to nothing over the last
`--decay` tokens. Muon for the matrices (twice this rate destroys the copying heads of mimetic.py), Adam for everything else.
"""
import argparse
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

import mimetic
from guidance import Guidance
from base_model import BaseModel, Shape
from semantic_vectors import semantic_vectors
from shards import batches, collate, load

SEED = 4
BATCH_TOKENS = 6144
WARM_UP_STEPS = 60
PROBE_WEIGHT = 1.0
AVERAGING = 0.985
"""What is exported is a running average of the weights, over some 60 steps."""
POLYNOMIALS = [(4.0848, -6.8946, 2.9270), (3.9505, -6.3029, 2.6377), (3.7418, -5.5913, 2.3037), (2.8769, -3.1427, 1.2046), (2.8366, -3.0525, 1.2012)]


def orthogonalized(stack: torch.Tensor) -> torch.Tensor:
    """Every matrix of the stack with its singular values brought near 1 (Newton-Schulz)."""
    x = stack.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.transpose(-1, -2)
    x = x / (x.float().norm(dim=(-2, -1), keepdim=True) + 1e-7).bfloat16()
    for a, b, c in POLYNOMIALS:
        square = torch.bmm(x, x.transpose(-1, -2))
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return (x.transpose(-1, -2) if tall else x).float()


class Optimizer:
    def __init__(self, model: BaseModel, matrix_rate: float, other_rate: float) -> None:
        self.model, self.matrix_rate, self.other_rate = model, matrix_rate, other_rate
        self.matrices = model.matrices()
        self.others = {name: p for name, p in model.named_parameters() if all(p is not m for m in self.matrices)}
        self.momenta = [torch.zeros_like(p) for p in self.matrices]
        self.first = {name: torch.zeros_like(p) for name, p in self.others.items()}
        self.second = {name: torch.zeros_like(p) for name, p in self.others.items()}
        self.step_number = 0

    @torch.no_grad()
    def step(self, share: float) -> None:
        """One step at `share` of the full rates."""
        self.step_number += 1
        for matrix, momentum in zip(self.matrices, self.momenta):
            momentum.mul_(0.95).add_(matrix.grad)
            update = orthogonalized((matrix.grad + 0.95 * momentum).flatten(0, -3)).view_as(matrix)
            rows, columns = matrix.shape[-2:]
            matrix.mul_(1 - 0.05 * self.matrix_rate * share).sub_(update, alpha=self.matrix_rate * share * math.sqrt(max(1, rows / columns)))
        total = math.sqrt(sum(p.grad.square().sum().item() for p in self.others.values()))
        for name, p in self.others.items():
            gradient = p.grad / max(1.0, total)
            first, second = self.first[name].lerp_(gradient, 0.1), self.second[name].lerp_(gradient.square(), 0.02)
            # A large epsilon: a token that is hardly seen must keep its starting code instead of drifting at full rate.
            scale = (second / (1 - 0.98 ** self.step_number)).sqrt_().add_(3e-5 if name == "embedding" else 1e-8)
            rate = self.other_rate * (0.02 if name == "final_norm" else 1.0)
            p.addcdiv_(first / (1 - 0.9 ** self.step_number), scale, value=-rate * share)
        for p in self.model.parameters():
            p.grad = None

    def state(self) -> dict:
        return {"momenta": self.momenta, "first": self.first, "second": self.second, "step_number": self.step_number}

    def restore(self, state: dict) -> None:
        for name, value in state.items():
            setattr(self, name, value)


def token_meanings(tokenizer: Tokenizer) -> torch.Tensor:
    tokens = [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
    return torch.from_numpy(semantic_vectors(tokens, mimetic.MEANING))


def losses(model: BaseModel, batch: dict[str, torch.Tensor], guidance: Guidance) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """(answer loss, probe loss, is each target the likeliest?, probe's share of right sentences above its threshold)."""
    logits, verdicts = model(batch["ids"], batch["wanted"], batch["probed"], guidance.guides(batch["ids"], batch["marks"]))
    each = F.cross_entropy(logits, batch["targets"], reduction="none")
    answer = (each * batch["weights"]).sum() / batch["weights"].sum()
    # A right sentence is one of ten or so: without its greater weight the probe would learn to say no.
    weights = 1 + 4 * batch["right"]
    probe = sum(F.binary_cross_entropy_with_logits(verdict, batch["right"], weights) for verdict in verdicts) / len(verdicts) if len(batch["right"]) else model.probes.sum() * 0
    found = (verdicts[-1][batch["right"] > 0] > 0).float().mean() if len(batch["right"]) and batch["right"].any() else torch.zeros(())
    return answer, probe, logits.argmax(-1) == batch["targets"], found


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("tokenizer", type=Path)
    options.add_argument("shards", type=Path)
    options.add_argument("checkpoint", type=Path)
    options.add_argument("--tokens", type=float, default=25e6)
    options.add_argument("--decay", type=float, default=6e6)
    options.add_argument("--matrix-rate", type=float, default=0.006)
    options.add_argument("--other-rate", type=float, default=0.004)
    options.add_argument("--threads", type=int, default=1)
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    tokenizer = Tokenizer.from_file(str(options.tokenizer))
    meanings = token_meanings(tokenizer)
    model = BaseModel(Shape(tokenizer.get_vocab_size()), SEED)
    mimetic.start(model, meanings, SEED)
    guidance = Guidance(tokenizer, meanings)
    optimizer = Optimizer(model, options.matrix_rate, options.other_rate)
    average = {name: p.detach().clone() for name, p in model.named_parameters()}
    tokens, shard_number = 0, 0
    if options.checkpoint.exists():
        saved = torch.load(options.checkpoint, weights_only=False)
        model.load_state_dict(saved["model"]["weights"])
        optimizer.restore(saved["optimizer"])
        average, tokens, shard_number = saved["average"], saved["tokens"], saved["shard_number"]
        print(f"taken up at {tokens / 1e6:.2f}M tokens, shard {shard_number}", flush=True)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f}M parameters", flush=True)

    def keep(next_shard: int) -> None:
        unfinished = options.checkpoint.with_suffix(".part")
        torch.save({"model": model.state(), "optimizer": optimizer.state(), "average": average, "tokens": tokens, "shard_number": next_shard}, unfinished)
        os.replace(unfinished, options.checkpoint)

    kept, started, tokens_before = time.time(), time.time(), tokens
    seen: list[tuple[float, ...]] = []
    while tokens < options.tokens:
        paths = sorted(options.shards.glob("[0-9]*.npz"))
        fresh = shard_number < len(paths)
        path = paths[shard_number if fresh else shard_number % len(paths)]
        draw = np.random.default_rng([SEED, shard_number])
        print(f"shard {path.name}{'' if fresh else ' again'}", flush=True)
        examples = load(path)
        for group in batches(examples, BATCH_TOKENS, draw):
            batch = collate(group)
            answer, probe, hits, found = losses(model, batch, guidance)
            (answer + PROBE_WEIGHT * probe).backward()
            left = options.tokens - tokens
            optimizer.step(min(1.0, (optimizer.step_number + 1) / WARM_UP_STEPS, max(0.02, left / options.decay)))
            tokens += sum(len(ids) for ids, _ in group)
            with torch.no_grad():
                horizon = min(AVERAGING, 1 - 10 / (optimizer.step_number + 10))
                for name, p in model.named_parameters():
                    average[name].lerp_(p, 1 - horizon)
            seen.append((answer.item(), probe.item(), found.item(), hits.float().mean().item(), hits[batch["starts"]].float().mean().item()))
            if optimizer.step_number % 20 == 0:
                means = np.mean(seen, axis=0)
                seen.clear()
                print(f"step {optimizer.step_number}  {tokens / 1e6:.2f}M  {(tokens - tokens_before) / (time.time() - started):.0f}/s  loss {means[0]:.3f}  probe {means[1]:.3f}"
                      f"  sentence found {means[2]:.2f}  tokens right {means[3]:.3f}  first right {means[4]:.2f}", flush=True)
        shard_number += 1
        if time.time() - kept > 150:
            keep(shard_number)
            kept = time.time()
    keep(shard_number)


if __name__ == "__main__":
    main()
