"""Start Pocket as a model that already copies: a previous-token head, induction heads, and heads that find words of like meaning.

Left to itself a model of this size needs millions of tokens before copying appears; here it copies repeated text before its first
step. Each embedding is three parts: one constant, MEANING numbers from semantic_vectors.py, and a random code that tells tokens apart.
Rotary pairs that turn slowly carry content without regard to distance, fast ones position.
"""
import torch

from base_model import BaseModel

MEANING = 112
SIZE = 0.5
"""Length scale of one embedding number; the training rates in train_base.py belong to it."""
FINAL_NORM = 0.12


def orthogonal(rows: int, columns: int, draw: torch.Generator) -> torch.Tensor:
    square, _ = torch.linalg.qr(torch.randn(max(rows, columns), max(rows, columns), generator=draw))
    return square[:rows, :columns]


@torch.no_grad()
def start(model: BaseModel, meanings: torch.Tensor, seed: int) -> None:
    shape, draw = model.shape, torch.Generator().manual_seed(seed)
    d, size = shape.width, shape.head_width
    identity = slice(1 + MEANING, d)
    codes = torch.randn(shape.vocabulary, d - 1 - MEANING, generator=draw)
    model.embedding[:, 0] = 3 * SIZE
    # A token without a meaning of its own gets a random one, so that all are of one length.
    random_meaning = torch.nn.functional.normalize(torch.randn(shape.vocabulary, MEANING, generator=draw), dim=1)
    known = meanings.norm(dim=1, keepdim=True) > 0
    model.embedding[:, 1:1 + MEANING] = torch.where(known, meanings, random_meaning) * MEANING ** 0.5 * SIZE
    model.embedding[:, identity] = codes * SIZE
    model.final_norm.fill_(FINAL_NORM)

    inverse = shape.rope_base ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    turning = (inverse > 0.02).nonzero()[:, 0]
    still = (inverse < 0.002).nonzero()[:, 0]
    content = torch.cat([2 * still, 2 * still + 1])
    head = lambda layer, part, number: model.qkv[layer, part, number * size:(number + 1) * size]

    # Layer 0, head 0: look one token back, and write that token's code into directions of their own.
    query, key, value = (head(0, part, 0) for part in range(3))
    query.mul_(0.02), key.mul_(0.02)
    strength = 3.4
    query[2 * turning, 0] += strength
    key[2 * turning, 0] += strength * torch.cos(inverse[turning]).float()
    key[2 * turning + 1, 0] += strength * torch.sin(inverse[turning]).float()
    read = torch.zeros(len(content), d)
    read[:, identity] = orthogonal(len(content), d - 1 - MEANING, draw)
    written = torch.zeros(d, len(content))
    written[1:] = orthogonal(d - 1, len(content), draw)
    value.zero_()
    value[:len(content)] = read
    model.output[0, :, :len(content)] = written

    # Last layer but one, heads 0 and 1: look where the token before was this one, and say what stands there. Any earlier and the
    # guesses, which are made at every passage token too, would cover the codes that later layers read.
    said = orthogonal(2 * size, d - 1 - MEANING, draw)
    for number in (0, 1):
        query, key, value = (head(shape.layers - 2, part, number) for part in range(3))
        query.mul_(0.02), key.mul_(0.02)
        query[content] += 2.2 * read
        key[content] += 2.2 * written.T
        value.zero_()
        value[:, identity] = said[number * size:(number + 1) * size]
        model.output[shape.layers - 2, :, number * size:(number + 1) * size] = 3 * value.T

    # Layers 1 and 2, heads 1 and 2: look at tokens of like meaning, wherever they stand.
    for layer in (1, 2):
        for number in (1, 2):
            like = torch.zeros(len(content), d)
            like[:, 1:1 + MEANING] = orthogonal(len(content), MEANING, draw)
            for part in (0, 1):
                weights = head(layer, part, number)
                weights.mul_(0.05)
                weights[content] += 1.2 * like
