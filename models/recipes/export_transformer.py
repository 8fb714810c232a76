"""Write a BERT encoder as a small ONNX sentence embedder for transformers.js: 8-bit weights, the graph written out node by node.

    python export_transformer.py MODEL_FOLDER TARGET_FOLDER      all layers, to compare with

The graph is written by hand rather than traced, so that what is shipped is known: int8 word rows with one scale each (looked up before they
are widened), one matrix for query, key and value, and every matrix product in 8 bits with a scale for each token found while running. Weights
keep to 7 bits: processors without VNNI add two products in 16 bits, which 8-bit weights overflow, and vectors would then differ
from machine to machine.
"""
import math
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from export_embedder import quantize_rows, write_json

HIDE = -10000.0


class Graph:
    def __init__(self) -> None:
        self.nodes, self.initializers, self.count = [], [], 0

    def constant(self, values: np.ndarray, name: str) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes) -> str | list[str]:
        names = [f"{kind.lower()}_{self.count}_{i}" for i in range(outputs)]
        self.count += 1
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names


def seven_bits(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns in −64…63 with a scale each; (inputs, outputs)."""
    scales = np.abs(weights).max(axis=0) / 63
    return np.round(weights / scales).astype(np.int8), scales.astype(np.float32)


def build(weights: dict[str, np.ndarray], heads: int, layers: int, left_out: tuple[int, int], jump: np.ndarray | None, repair: np.ndarray | None) -> onnx.ModelProto:
    """`jump` stands in the place of the layers `left_out` (half-open), `repair` behind the last one; both are (inputs + 1, outputs), the bias last."""
    g = Graph()
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    one, half, root_half = (g.constant(np.array(value, np.float32), name) for name, value in [("one", 1.0), ("half", 0.5), ("root_half", math.sqrt(0.5))])
    smallest, one_step, origin = (g.constant(np.array(value, np.float32), name) for name, value in [("smallest", 1e-6), ("one_step", 1 / 127), ("origin", 128.0)])
    origin_byte = g.constant(np.array(128, np.uint8), "origin_byte")

    def linear(states: str, weight: np.ndarray, bias: np.ndarray, name: str) -> str:
        # A scale for each token, not for the whole batch: a text must get the same vector alone and among others.
        steps, scales = seven_bits(weight.T)
        scale = g.op("Mul", g.op("Max", g.op("ReduceMax", g.op("Abs", states), axes=[-1], keepdims=1), smallest), one_step)
        bytes_ = g.op("Cast", g.op("Add", g.op("Round", g.op("Div", states, scale)), origin), to=TensorProto.UINT8)
        product = g.op("Cast", g.op("MatMulInteger", bytes_, g.constant(steps, f"{name}_steps"), origin_byte), to=TensorProto.FLOAT)
        scaled = g.op("Mul", g.op("Mul", product, scale), g.constant(scales, f"{name}_scales"))
        return g.op("Add", scaled, g.constant(bias.astype(np.float32), f"{name}_bias"))

    def norm(states: str, prefix: str) -> str:
        return g.op("LayerNormalization", states, g.constant(weights[f"{prefix}.weight"], f"{prefix}.weight"),
                    g.constant(weights[f"{prefix}.bias"], f"{prefix}.bias"), epsilon=1e-12)

    steps, scales = quantize_rows(weights["embeddings.word_embeddings.weight"])
    rows = g.op("Mul", g.op("Cast", g.op("Gather", g.constant(steps, "word_steps"), "input_ids"), to=TensorProto.FLOAT),
                g.op("Gather", g.constant(scales, "word_scales"), "input_ids"))
    first_axis = g.constant(np.array([0]), "first_axis")
    length = g.op("Gather", g.op("Shape", "input_ids"), g.constant(np.array([1]), "length_axis"))
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    states = norm(g.op("Add", rows, g.op("Slice", g.constant(positions.astype(np.float32), "positions"), first_axis, length)), "embeddings.LayerNorm")
    hidden = g.op("Mul", g.op("Sub", one, g.op("Cast", "attention_mask", to=TensorProto.FLOAT)), g.constant(np.array(HIDE, np.float32), "hide"))
    mask = g.op("Unsqueeze", hidden, g.constant(np.array([1, 2]), "mask_axes"))
    split_shape = g.constant(np.array([0, 0, 3, heads, width // heads]), "split_shape")
    joined_shape = g.constant(np.array([0, 0, width]), "joined_shape")
    scale = g.constant(np.array(1 / math.sqrt(width // heads), np.float32), "attention_scale")

    for layer in range(layers):
        if layer == left_out[0] and jump is not None:
            states = linear(states, jump[:-1].T, jump[-1], "jump")
        if left_out[0] <= layer < left_out[1]:
            continue
        at = f"encoder.layer.{layer}"
        mixing = f"{at}.attention.self"
        qkv = linear(states, np.concatenate([weights[f"{mixing}.{part}.weight"] for part in ("query", "key", "value")]),
                     np.concatenate([weights[f"{mixing}.{part}.bias"] for part in ("query", "key", "value")]), f"{at}.qkv")
        parts = g.op("Transpose", g.op("Reshape", qkv, split_shape), perm=[2, 0, 3, 1, 4])
        query, key, value = (g.op("Squeeze", part, first_axis) for part in g.op("Split", parts, outputs=3, axis=0))
        scores = g.op("Mul", g.op("MatMul", query, g.op("Transpose", key, perm=[0, 1, 3, 2])), scale)
        mixed = g.op("MatMul", g.op("Softmax", g.op("Add", scores, mask), axis=-1), value)
        joined = g.op("Reshape", g.op("Transpose", mixed, perm=[0, 2, 1, 3]), joined_shape)
        out = linear(joined, weights[f"{at}.attention.output.dense.weight"], weights[f"{at}.attention.output.dense.bias"], f"{at}.out")
        states = norm(g.op("Add", out, states), f"{at}.attention.output.LayerNorm")
        wide = linear(states, weights[f"{at}.intermediate.dense.weight"], weights[f"{at}.intermediate.dense.bias"], f"{at}.wide")
        gelu = g.op("Mul", g.op("Mul", wide, half), g.op("Add", g.op("Erf", g.op("Mul", wide, root_half)), one))
        narrow = linear(gelu, weights[f"{at}.output.dense.weight"], weights[f"{at}.output.dense.bias"], f"{at}.narrow")
        states = norm(g.op("Add", narrow, states), f"{at}.output.LayerNorm")
    if repair is not None:
        states = linear(states, repair[:-1].T, repair[-1], "repair")
    g.nodes[-1].output[0] = "last_hidden_state"

    ids, attention = (helper.make_tensor_value_info(name, TensorProto.INT64, ["batch_size", "sequence_length"])
                      for name in ("input_ids", "attention_mask"))
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch_size", "sequence_length", width])
    graph = helper.make_graph(g.nodes, "fourfold-embedder", [ids, attention], [output], g.initializers)
    model = helper.make_model(graph, producer_name="fourfold", opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def write_transformer(
    source: Path, folder: Path, left_out: tuple[int, int] = (0, 0), jump: np.ndarray | None = None, repair: np.ndarray | None = None, most_tokens: int = 256,
) -> None:
    """`source` is a saved BertModel with the tokenizer beside it."""
    import json

    from safetensors.numpy import load_file
    config = json.loads((source / "config.json").read_text())
    weights = {name.removeprefix("bert."): values for name, values in load_file(str(source / "model.safetensors")).items()}
    model = build(weights, config["num_attention_heads"], config["num_hidden_layers"], left_out, jump, repair)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "onnx" / "model_quantized.onnx"))
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_json(folder / "config.json", {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_size": config["hidden_size"], "num_hidden_layers": config["num_hidden_layers"] - (left_out[1] - left_out[0]),
        "num_attention_heads": config["num_attention_heads"], "vocab_size": config["vocab_size"], "max_position_embeddings": config["max_position_embeddings"], "pad_token_id": 0,
    })
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": most_tokens, "unk_token": "[UNK]",
        "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    })


if __name__ == "__main__":
    write_transformer(Path(sys.argv[1]), Path(sys.argv[2]))
