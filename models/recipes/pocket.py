"""Pocket in PyTorch: read from its GGUF, trained, and written back into the same GGUF layout.

The weights keep the order llama.cpp wants (rotary pairs side by side), so that nothing has to be permuted in either direction.
"""
import math
from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader
from gguf.quants import dequantize, quantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from torch import nn
from torch.nn import functional as F

LINEAR = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]


class Pocket(nn.Module):
    def __init__(self, path: Path) -> None:
        super().__init__()
        reader = GGUFReader(path)
        field = lambda key: reader.fields[key].contents()
        self.layers = field("llama.block_count")
        self.heads = field("llama.attention.head_count")
        self.epsilon = field("llama.attention.layer_norm_rms_epsilon")
        self.base = field("llama.rope.freq_base")
        # Dots are not allowed in parameter names; the double underscore stands for them.
        self.weights = nn.ParameterDict({
            tensor.name.replace(".", "__"): nn.Parameter(torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type), np.float32)))
            for tensor in reader.tensors})
        self.lora: nn.ParameterDict | None = None
        self.lora_scale = 0.0
        self.tokenizer = read_tokenizer(field)

    def add_lora(self, rank: int, alpha: float, seed: int) -> None:
        """Freeze the base and add a pair (A random, B zero) to every linear layer."""
        generator = torch.Generator().manual_seed(seed)
        for weight in self.weights.values():
            weight.requires_grad_(False)
        self.lora, self.lora_scale = nn.ParameterDict(), alpha / rank
        for layer in range(self.layers):
            for name in LINEAR:
                rows, columns = self.weight(f"blk.{layer}.{name}.weight").shape
                key = f"blk__{layer}__{name}"
                self.lora[key + "_a"] = nn.Parameter(torch.randn(rank, columns, generator=generator) / math.sqrt(columns))
                self.lora[key + "_b"] = nn.Parameter(torch.zeros(rows, rank))

    def weight(self, name: str) -> torch.Tensor:
        return self.weights[name.replace(".", "__")]

    def linear(self, x: torch.Tensor, layer: int, name: str) -> torch.Tensor:
        y = F.linear(x, self.weight(f"blk.{layer}.{name}.weight"))
        if self.lora is not None:
            key = f"blk__{layer}__{name}"
            y = y + self.lora_scale * F.linear(F.linear(x, self.lora[key + "_a"]), self.lora[key + "_b"])
        return y

    def norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.rms_norm(x, (x.shape[-1],), self.weight(name), self.epsilon)

    def rotate(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-1]
        angles = torch.outer(torch.arange(x.shape[-2]), self.base ** (-torch.arange(0, size, 2) / size))
        cos, sin = angles.cos(), angles.sin()
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)

    def forward(self, ids: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Logits of the positions where `wanted` is true; the others are not worth the product with the vocabulary."""
        batch, length = ids.shape
        x = F.embedding(ids, self.weight("token_embd.weight"))
        split = lambda y: y.view(batch, length, self.heads, -1).transpose(1, 2)
        for layer in range(self.layers):
            y = self.norm(x, f"blk.{layer}.attn_norm.weight")
            q, k, v = (split(self.linear(y, layer, name)) for name in ("attn_q", "attn_k", "attn_v"))
            y = F.scaled_dot_product_attention(self.rotate(q), self.rotate(k), v, is_causal=True)
            x = x + self.linear(y.transpose(1, 2).reshape(batch, length, -1), layer, "attn_output")
            y = self.norm(x, f"blk.{layer}.ffn_norm.weight")
            x = x + self.linear(F.silu(self.linear(y, layer, "ffn_gate")) * self.linear(y, layer, "ffn_up"), layer, "ffn_down")
        return F.linear(self.norm(x[wanted], "output_norm.weight"), self.weight("token_embd.weight"))

    def save_over(self, source: Path, target: Path) -> None:
        """Copy `source` with this model's weights in it; same types, same places, same metadata."""
        content = bytearray(Path(source).read_bytes())
        for tensor in GGUFReader(source).tensors:
            values = self.weight(tensor.name).detach().numpy()
            packed = values if tensor.tensor_type == GGMLQuantizationType.F32 else quantize(values, tensor.tensor_type)
            content[tensor.data_offset:tensor.data_offset + tensor.n_bytes] = np.ascontiguousarray(packed).tobytes()
        Path(target).write_bytes(content)


def read_tokenizer(field) -> Tokenizer:
    """llama.cpp's `gpt2` tokenizer with the `smollm` rule: digits stand alone, the rest is byte-level BPE."""
    tokens, merges, kinds = (field(f"tokenizer.ggml.{key}") for key in ("tokens", "merges", "token_type"))
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, [tuple(merge.split(" ")) for merge in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, kinds) if kind == 3])
    return tokenizer


def render(messages: list[dict]) -> list[tuple[str, bool]]:
    """ChatML as in the file's own template, in pieces: (text, is it the model's to say?)."""
    pieces = []
    for message in messages:
        if message["role"] == "assistant":
            pieces += [("<|im_start|>assistant\n", False), (f"{message['content']}<|im_end|>", True), ("\n", False)]
        else:
            pieces.append((f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n", False))
    return pieces


def encode(tokenizer: Tokenizer, messages: list[dict]) -> tuple[list[int], list[bool]]:
    ids, learnt = [], []
    for text, ours in render(messages):
        piece = tokenizer.encode(text, add_special_tokens=False).ids
        ids += piece
        learnt += [ours] * len(piece)
    return ids, learnt


def collate(examples: list[tuple[list[int], list[bool]]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(input ids, where an answer token comes next, those answer tokens); padding sits at the end, where causality hides it."""
    length = max(len(ids) for ids, _ in examples)
    ids = torch.zeros(len(examples), length, dtype=torch.long)
    learnt = torch.zeros(len(examples), length, dtype=torch.bool)
    for row, (tokens, mask) in enumerate(examples):
        ids[row, :len(tokens)] = torch.tensor(tokens)
        learnt[row, :len(tokens)] = torch.tensor(mask)
    wanted = torch.zeros_like(learnt)
    wanted[:, :-1] = learnt[:, 1:]
    return ids, wanted, ids[:, 1:][wanted[:, :-1]]


def batches(examples: list, tokens: int, generator: np.random.Generator) -> list[list]:
    """Examples of like length together, `tokens` to a batch, batches in random order."""
    ordered = sorted(examples, key=lambda example: len(example[0]))
    groups, group = [], []
    for example in ordered:
        if group and (len(group) + 1) * len(example[0]) > tokens:
            groups.append(group)
            group = []
        group.append(example)
    groups.append(group)
    generator.shuffle(groups)
    return groups
