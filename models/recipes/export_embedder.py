"""Write the trained token vectors as a small ONNX sentence embedder for transformers.js.

The graph is three look-ups and a product: int8 row × its scale, masked. Mean pooling and normalising are left to the caller,
as with every other feature-extraction model, so the output is named last_hidden_state and has the shape (batch, tokens, dimensions).
Looking rows up before widening them keeps memory at the size of the file: a DequantizeLinear on the whole table
would be folded at load into four times as much.
"""
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, processors

MAX_TOKENS = 512


def quantize_rows(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scales = np.abs(vectors).max(axis=1, keepdims=True) / 127
    steps = np.round(vectors / np.where(scales > 0, scales, 1))
    return steps.astype(np.int8), scales.astype(np.float32)


def write_graph(vectors: np.ndarray, path: Path) -> None:
    steps, scales = quantize_rows(vectors)
    dimensions = vectors.shape[1]
    ids, mask = (helper.make_tensor_value_info(name, TensorProto.INT64, ["batch_size", "sequence_length"])
                 for name in ("input_ids", "attention_mask"))
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch_size", "sequence_length", dimensions])
    nodes = [
        helper.make_node("Gather", ["token_steps", "input_ids"], ["row_steps"]),
        helper.make_node("Cast", ["row_steps"], ["row_values"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["token_scales", "input_ids"], ["row_scales"]),
        helper.make_node("Mul", ["row_values", "row_scales"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask_values"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask_values", "last_axis"], ["mask_column"]),
        helper.make_node("Mul", ["rows", "mask_column"], ["last_hidden_state"]),
    ]
    initializers = [numpy_helper.from_array(steps, "token_steps"), numpy_helper.from_array(scales, "token_scales"),
                    numpy_helper.from_array(np.array([-1], np.int64), "last_axis")]
    graph = helper.make_graph(nodes, "fourfold-embedder", [ids, mask], [output], initializers)
    model = helper.make_model(graph, producer_name="fourfold", opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


def write_embedder(vectors: np.ndarray, teacher: Path, folder: Path) -> None:
    """Write config, tokenizer and graph. `teacher` is the folder of all-MiniLM-L6-v2, for its tokenizer only."""
    write_graph(vectors, folder / "onnx" / "model_quantized.onnx")
    tokenizer = Tokenizer.from_file(str(teacher / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # One [CLS], whose vector is close to zero: it does not move the mean, yet keeps an empty text from dividing zero by zero.
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A", pair="[CLS] $A $B", special_tokens=[("[CLS]", tokenizer.token_to_id("[CLS]"))])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_json(folder / "config.json", {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_size": int(vectors.shape[1]),
        "vocab_size": int(vectors.shape[0]), "max_position_embeddings": MAX_TOKENS, "pad_token_id": tokenizer.token_to_id("[PAD]"),
    })
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": MAX_TOKENS, "unk_token": "[UNK]",
        "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    })


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
