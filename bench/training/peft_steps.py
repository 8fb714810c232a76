"""LoRA steps of PyTorch + PEFT on the processor, one per line on standard input, for a comparison with Fourfold's own.

    python steps.py '{"shape": {...}, "rank": 16, "tokens": 256, "answers": 64, "threads": 1, "type": "bfloat16"}'

Prints one line of JSON when it is ready, and one per step. Needs torch, transformers and peft.
"""

import json
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM


def main() -> None:
    asked = json.loads(sys.argv[1])
    shape = asked["shape"]
    torch.set_num_threads(asked["threads"])
    torch.manual_seed(1)
    torch.set_default_dtype(getattr(torch, asked["type"]))
    config = LlamaConfig(
        hidden_size=shape["embeddingLength"],
        intermediate_size=shape["feedForwardLength"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["keyValueHeads"],
        vocab_size=shape["vocabularySize"],
        max_position_embeddings=2048,
        tie_word_embeddings=False,
        attn_implementation="sdpa",
    )
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    lora = LoraConfig(r=asked["rank"], lora_alpha=2 * asked["rank"], target_modules=targets, task_type="CAUSAL_LM")
    model = get_peft_model(LlamaForCausalLM(config), lora)
    # PEFT's adapters are float32 unless told otherwise; in the base's type they are faster, which is the fairer rival.
    model = model.to(getattr(torch, asked["type"]))
    if asked["checkpointing"]:
        model.enable_input_require_grads()
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.config.use_cache = False
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0)
    tokens = torch.randint(0, shape["vocabularySize"], (1, asked["tokens"]))
    labels = tokens.clone()
    labels[:, : -asked["answers"]] = -100
    say(ready=True, parameters=sum(parameter.numel() for parameter in model.parameters()))
    for _ in sys.stdin:
        wall, processor = time.perf_counter(), processor_seconds()
        # Logits of the answers alone, as transformers offers it; of all positions they would cost more.
        output = model(tokens, logits_to_keep=asked["answers"] + 1)
        logits = output.logits[:, :-1].float()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels[0, -asked["answers"] :])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        say(
            seconds=time.perf_counter() - wall,
            processorSeconds=processor_seconds() - processor,
            loss=loss.item(),
            peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        )


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


main()
