"""Write a training checkpoint as the GGUF file that ships.

    python export_base.py TOKENIZER.json CHECKPOINT.pt TARGET.gguf [--type q8_0]

The weights are the running average. Tokens are written so that llama.cpp cuts text exactly as the tokenizer did in training
(`check_tokenizer.mjs` compares them).
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, TokenType
from gguf.quants import quantize

from base_tokenizer import END_OF_TEXT, PADDING, SPECIAL, TURN_END

TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
CONTEXT = 2048
TYPES = {"q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0), "f16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16)}


def tensors(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    named = {"token_embd.weight": weights["embedding"], "output_norm.weight": weights["final_norm"]}
    for layer in range(len(weights["qkv"])):
        block = f"blk.{layer}."
        for name, stack, number in (("attn_q", "qkv", 0), ("attn_k", "qkv", 1), ("attn_v", "qkv", 2), ("ffn_gate", "gate_up", 0), ("ffn_up", "gate_up", 1)):
            named[f"{block}{name}.weight"] = weights[stack][layer, number]
        for name, stack in (("attn_output", "output"), ("ffn_down", "down"), ("attn_norm", "attention_norm"), ("ffn_norm", "feed_norm")):
            named[f"{block}{name}.weight"] = weights[stack][layer]
    return named


def write(target: Path, shape: dict, weights: dict[str, np.ndarray], tokenizer: dict, kind: str) -> None:
    tensor_type, file_type = TYPES[kind]
    writer = GGUFWriter(target, "llama")
    writer.add_name("Fourfold Pocket")
    writer.add_license("MIT")
    writer.add_file_type(file_type)
    writer.add_quantization_version(2)
    writer.add_vocab_size(shape["vocabulary"])
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape["width"])
    writer.add_block_count(shape["layers"])
    writer.add_feed_forward_length(shape["feed_forward"])
    writer.add_head_count(shape["heads"])
    writer.add_head_count_kv(shape["heads"])
    writer.add_rope_dimension_count(shape["width"] // shape["heads"])
    writer.add_rope_freq_base(shape["rope_base"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    vocabulary = tokenizer["model"]["vocab"]
    writer.add_token_list(sorted(vocabulary, key=vocabulary.get))
    writer.add_token_types([TokenType.CONTROL if number < len(SPECIAL) else TokenType.NORMAL for number in range(len(vocabulary))])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(END_OF_TEXT)
    writer.add_eos_token_id(TURN_END)
    writer.add_eot_token_id(TURN_END)
    writer.add_pad_token_id(PADDING)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, values in tensors(weights).items():
        if values.ndim == 1:
            writer.add_tensor(name, values.astype(np.float32))
        else:
            writer.add_tensor(name, quantize(np.ascontiguousarray(values, np.float32), tensor_type), raw_dtype=tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("tokenizer", type=Path)
    options.add_argument("checkpoint", type=Path)
    options.add_argument("target", type=Path)
    options.add_argument("--type", choices=TYPES, default="q8_0")
    options = options.parse_args()
    saved = torch.load(options.checkpoint, map_location="cpu", weights_only=False)
    weights = {name: value.float().numpy() for name, value in saved["average"].items()}
    write(options.target, saved["model"]["shape"], weights, json.loads(options.tokenizer.read_text()), options.type)
    print(f"{options.target}: {options.target.stat().st_size / 1e6:.1f} MB after {saved['tokens'] / 1e6:.1f}M tokens")
