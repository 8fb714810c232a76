"""Pocket in PyTorch for training from nothing: a llama whose matrices of one kind lie stacked over the layers.

Products run in bfloat16, everything else in float32; the three steps below are written by hand because autograd would keep
several copies of each intermediate, which costs a third of the speed on a processor.
"""
import math
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F

HALF = torch.bfloat16
EPSILON = 1e-5


@dataclass
class Shape:
    vocabulary: int
    width: int = 256
    layers: int = 6
    heads: int = 4
    feed_forward: int = 512
    rope_base: float = 500_000.0

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class Norm(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight):
        scale = torch.rsqrt(torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(EPSILON))
        y = (x * scale).to(HALF)
        context.save_for_backward(y, scale, weight)
        return y * weight.to(HALF)

    @staticmethod
    def backward(context, gradient):
        y, scale, weight = context.saved_tensors
        product = gradient * y
        to_weight = product.reshape(-1, product.shape[-1]).sum(0, dtype=torch.float32)
        to_y = gradient * weight.to(HALF)
        mean = (to_y * y).sum(-1, keepdim=True, dtype=torch.float32).div_(y.shape[-1])
        return torch.addcmul(to_y.float(), y.float(), mean, value=-1).mul_(scale), to_weight


class Gate(torch.autograd.Function):
    """silu(gate) * up, of one matrix that holds both."""

    @staticmethod
    def forward(context, both):
        context.save_for_backward(both)
        gate, up = both.chunk(2, -1)
        return F.silu(gate) * up

    @staticmethod
    def backward(context, gradient):
        (both,) = context.saved_tensors
        gate, up = both.chunk(2, -1)
        sigmoid = torch.sigmoid(gate)
        active = gate * sigmoid
        result = torch.empty_like(both)
        to_gate, to_up = result.chunk(2, -1)
        torch.mul(gradient, active, out=to_up)
        torch.mul(gradient * up, sigmoid + active - sigmoid * active, out=to_gate)
        return result


@dataclass
class Guide:
    """Where one head should look: for the rows (batch, position) given, a distribution over the positions before."""

    head: int
    targets: torch.Tensor
    """(batch, length, length)"""
    strengths: torch.Tensor
    """(batch, length): the weight of each row in the loss; zero where the head is free."""


class Attention(torch.autograd.Function):
    """Of queries, keys and values of shape (batch × heads, length, head width).

    A guide's loss, the cross entropy between a head's attention and where it should look, enters on the way back: its gradient
    with respect to the scores is the attention minus the target.
    """

    @staticmethod
    def forward(context, q, k, v, mask, scale, heads, guides):
        weights = torch.softmax(torch.baddbmm(mask, q, k.transpose(1, 2), alpha=scale), -1)
        context.save_for_backward(q, k, v, weights)
        context.scale, context.heads, context.guides = scale, heads, guides
        return torch.bmm(weights, v)

    @staticmethod
    def backward(context, gradient):
        q, k, v, weights = context.saved_tensors
        gradient = gradient.contiguous()
        to_v = torch.bmm(weights.transpose(1, 2), gradient)
        to_scores = torch._softmax_backward_data(torch.bmm(gradient, v.transpose(1, 2)), weights, -1, weights.dtype)
        for guide in context.guides:
            of_head = slice(guide.head, None, context.heads)
            to_scores[of_head] += (weights[of_head] - guide.targets) * guide.strengths[..., None]
        to_scores.mul_(context.scale)
        return torch.bmm(to_scores, k), torch.bmm(to_scores.transpose(1, 2), q), to_v, None, None, None, None


class BaseModel(nn.Module):
    def __init__(self, shape: Shape, seed: int) -> None:
        super().__init__()
        self.shape = shape
        draw = torch.Generator().manual_seed(seed)
        d, f, n = shape.width, shape.feed_forward, shape.layers
        matrices = lambda *sizes: nn.Parameter(torch.randn(*sizes, generator=draw) / math.sqrt(sizes[-1]))
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, d, generator=draw) * 0.06)
        self.qkv = matrices(n, 3, d, d)
        self.output = nn.Parameter(torch.zeros(n, d, d))
        self.gate_up = matrices(n, 2, f, d)
        self.down = nn.Parameter(torch.zeros(n, d, f))
        self.attention_norm = nn.Parameter(torch.ones(n, d))
        self.feed_norm = nn.Parameter(torch.ones(n, d))
        self.final_norm = nn.Parameter(torch.ones(d))
        # Used in training only: does the sentence that ends here answer the question? One probe per layer listed.
        self.probe_layers = [n // 2, n // 2 + 1]
        self.probes = nn.Parameter(torch.zeros(len(self.probe_layers), d + 1))
        self._angles: tuple[torch.Tensor, torch.Tensor] | None = None

    def matrices(self) -> list[nn.Parameter]:
        return [self.qkv, self.output, self.gate_up, self.down]

    def rotate(self, x: torch.Tensor) -> torch.Tensor:
        """Rotary position in llama.cpp's order: each pair lies side by side."""
        length, size = x.shape[-2:]
        if self._angles is None or self._angles[0].shape[0] < length:
            inverse = self.shape.rope_base ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
            angles = torch.outer(torch.arange(2048, dtype=torch.float64), inverse).repeat_interleave(2, -1)
            sign = torch.tensor([-1.0, 1.0]).repeat(size // 2)
            self._angles = angles.cos().to(HALF), (angles.sin() * sign).to(HALF)
        cos, sin = self._angles[0][:length], self._angles[1][:length]
        swapped = x.unflatten(-1, (-1, 2)).flip(-1).flatten(-2)
        return torch.addcmul(x * cos, swapped, sin)

    def forward(self, ids: torch.Tensor, wanted: torch.Tensor, probed: torch.Tensor | None = None,
                guides: dict[int, list[Guide]] | None = None) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Logits at the flat positions `wanted`; per probed layer, one value at each flat position `probed`."""
        batch, length = ids.shape
        shape = self.shape
        x = F.embedding(ids, self.embedding)
        mask = torch.full((length, length), -1e4).triu(1).to(HALF)[None].expand(1, length, length)
        verdicts = []
        for layer in range(shape.layers):
            qkv = F.linear(Norm.apply(x, self.attention_norm[layer]), self.qkv[layer].flatten(0, 1).to(HALF))
            q, k, v = qkv.view(batch, length, 3, shape.heads, shape.head_width).permute(2, 0, 3, 1, 4)
            flat = lambda y: y.reshape(batch * shape.heads, length, shape.head_width)
            attended = Attention.apply(flat(self.rotate(q)), flat(self.rotate(k)), flat(v), mask, shape.head_width ** -0.5,
                                       shape.heads, (guides or {}).get(layer, []))
            attended = attended.view(batch, shape.heads, length, shape.head_width).transpose(1, 2).reshape(batch, length, shape.width)
            if layer == shape.layers - 1:  # nobody looks at the other positions any more
                x, attended = x.flatten(0, 1)[wanted], attended.flatten(0, 1)[wanted]
            x = x + F.linear(attended, self.output[layer].to(HALF))
            gate_up = F.linear(Norm.apply(x, self.feed_norm[layer]), self.gate_up[layer].flatten(0, 1).to(HALF))
            x = x + F.linear(Gate.apply(gate_up), self.down[layer].to(HALF))
            if probed is not None and layer + 1 in self.probe_layers:
                number = self.probe_layers.index(layer + 1)
                seen = F.rms_norm(x.flatten(0, 1)[probed], (shape.width,))
                verdicts.append(seen @ self.probes[number, :-1] + self.probes[number, -1])
        return F.linear(Norm.apply(x, self.final_norm), self.embedding.to(HALF)).float(), verdicts

    def state(self) -> dict:
        return {"shape": asdict(self.shape), "weights": {name: value.detach().clone() for name, value in self.named_parameters()}}
