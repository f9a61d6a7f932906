"""Tiny random language models of every family and container, with what the original software makes of them.

models.py OUT [--sources DIR] [NAME…]    writes one folder per model: config.json and weights as a stranger's folder has
                                         them (or a GGUF file), and expected.json: tokens, and the logits of transformers
                                         in float32 with eager attention, as base64 of little-endian float32

The weights hold bfloat16 numbers. The models of one "weights" share that folder's file: they differ in config.json alone.
DIR holds the unpacked sources of AutoGPTQ 0.7.1, AutoAWQ 0.2.9 and GPTQModel 2.2.0, whose own functions dequantize
(model_containers.py). Packages: requirements-oracles.txt, transformers 5.23.0.
"""

import argparse
import base64
import importlib.metadata
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

VOCABULARY = 96
TEXTS = [[(11 + 7 * i * i + 3 * i) % VOCABULARY for i in range(40)], [5, 95, 0, 5, 5, 17, 42]]

LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_act": "silu",
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-05,
    "attention_bias": False,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}
OLD = {"rope_theta": 10000.0, "rope_scaling": None}


def new_rope(**rest):
    return {"rope_parameters": {"rope_theta": 10000.0, "rope_type": "default"} | rest}


def old_rope(theta, **rest):
    return {"rope_theta": theta, "rope_scaling": rest}


MISTRAL = LLAMA | {"architectures": ["MistralForCausalLM"], "model_type": "mistral"} | OLD
del MISTRAL["attention_bias"]
QWEN2 = LLAMA | {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "num_hidden_layers": 3} | OLD
QWEN2 |= {"use_sliding_window": False, "sliding_window": 6, "max_window_layers": 1, "rope_theta": 1000000.0}
del QWEN2["attention_bias"]
QWEN3 = LLAMA | {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "head_dim": 16, "tie_word_embeddings": True}
QWEN3 |= OLD | {"rms_norm_eps": 1e-06, "use_sliding_window": False, "sliding_window": None, "max_window_layers": 2}
GPT2 = {
    "architectures": ["GPT2LMHeadModel"],
    "model_type": "gpt2",
    "activation_function": "gelu_new",
    "n_embd": 32,
    "n_head": 4,
    "n_inner": None,
    "n_layer": 2,
    "n_positions": 48,
    "n_ctx": 48,
    "layer_norm_epsilon": 1e-05,
    "vocab_size": VOCABULARY,
}
OPT = {
    "architectures": ["OPTForCausalLM"],
    "model_type": "opt",
    "activation_function": "relu",
    "hidden_size": 32,
    "ffn_dim": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "max_position_embeddings": 46,
    "word_embed_proj_dim": 32,
    "do_layer_norm_before": True,
    "vocab_size": VOCABULARY,
}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
LLAMA3["original_max_position_embeddings"] = 16
YARN = {"factor": 4.0, "original_max_position_embeddings": 16}
LONG = {"short_factor": [1.0, 1.25, 1.5, 2.75], "long_factor": [1.0, 2.0, 4.0, 9.0]}
LONG["original_max_position_embeddings"] = 48

# name: config.json, and the name of the model whose weights it shares
MODELS = {
    "llama": (LLAMA | new_rope(), None),
    "llama-old": (LLAMA | OLD | {"rope_theta": 500000.0}, "llama"),
    "llama-llama3": (LLAMA | old_rope(500000.0, **LLAMA3), "llama"),
    "llama-llama3-nested": (LLAMA | new_rope(**LLAMA3), "llama"),
    "llama-linear": (LLAMA | old_rope(10000.0, type="linear", factor=4.0), "llama"),
    "llama-dynamic": (LLAMA | old_rope(10000.0, type="dynamic", factor=2.0), "llama"),
    "llama-yarn": (LLAMA | old_rope(10000.0, rope_type="yarn", **YARN), "llama"),
    "llama-yarn-nested": (
        LLAMA | new_rope(rope_type="yarn", beta_fast=4, beta_slow=0.5, truncate=False, mscale=0.7, mscale_all_dim=0.3, **YARN),
        "llama",
    ),
    "llama-yarn-attention": (LLAMA | new_rope(rope_type="yarn", attention_factor=1.5, **YARN), "llama"),
    "llama-longrope": (LLAMA | old_rope(10000.0, rope_type="longrope", **LONG), "llama"),
    "llama-longrope-nested": (LLAMA | new_rope(rope_type="longrope", attention_factor=1.3, **LONG), "llama"),
    "llama-bias": (LLAMA | OLD | {"attention_bias": True, "mlp_bias": True}, None),
    "llama-head-dim": (LLAMA | OLD | {"head_dim": 20}, None),
    "mistral": (MISTRAL | {"sliding_window": 6}, "llama"),
    "mistral-wide": (MISTRAL | {"sliding_window": None}, "llama"),
    "smollm": (
        LLAMA
        | OLD
        | {"hidden_size": 36, "num_attention_heads": 3, "num_key_value_heads": 1, "intermediate_size": 40}
        | {"num_hidden_layers": 3, "tie_word_embeddings": True, "rope_theta": 100000},
        None,
    ),
    "qwen2": (QWEN2, None),
    "qwen2-window": (QWEN2 | {"use_sliding_window": True}, "qwen2"),
    "qwen2-layer-types": (
        QWEN2
        | {"use_sliding_window": True, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]},
        "qwen2",
    ),
    "qwen3": (QWEN3, None),
    "gpt2": (GPT2, None),
    "gpt2-bare": (GPT2, None),
    "gpt2-gelu": (GPT2 | {"activation_function": "gelu"}, "gpt2"),
    "opt": (OPT, None),
    "opt-gelu": (OPT | {"activation_function": "gelu", "_remove_final_layer_norm": True}, None),
    "opt-350m": (OPT | {"do_layer_norm_before": False, "word_embed_proj_dim": 20}, None),
    "llama-shards": (LLAMA | OLD, None),
}


def versions(*more):
    return {p: importlib.metadata.version(p) for p in ("torch", "transformers", *more)}


def build(config):
    """The model of a config.json, without weights of a file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        from transformers import AutoConfig

        found = AutoConfig.from_pretrained(folder)
    return AutoModelForCausalLM.from_config(found, attn_implementation="eager").float().eval()


def fill(model, seed):
    """Random weights that let positions and layers matter; each is a bfloat16 number."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for name, p in sorted(dict(model.named_parameters()).items()):
            if p.ndim == 1:
                gain = 1 if name.endswith("weight") else 0
                values = gain + 0.25 * rng.standard_normal(p.shape)
            else:
                inputs = p.shape[0] if model.config.model_type == "gpt2" and ".h." in name else p.shape[1]
                spread = 1 if "emb" in name or "wte" in name or "wpe" in name else 1.6 / inputs**0.5
                values = spread * rng.standard_normal(p.shape)
            p.copy_(torch.tensor(values, dtype=torch.float32).bfloat16().float())
    model.tie_weights()
    return model


def logits(model):
    with torch.no_grad():
        rows = [model(torch.tensor([text]), use_cache=False).logits[0].float().numpy() for text in TEXTS]
    return np.concatenate(rows)


def expect(folder, model, oracle, weights=None, packages=()):
    found = logits(model)
    spread = float(found.max() - found.min())
    assert np.isfinite(found).all() and spread > 3, f"{folder}: logits spread over {spread}"
    expected = {
        "oracle": oracle,
        "versions": versions(*packages),
        "tokens": TEXTS,
        "logits": base64.b64encode(found.astype("<f4").tobytes()).decode(),
    }
    if weights:
        expected["weights"] = weights
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items())
    (folder / "expected.json").write_text("{\n" + lines + "\n}\n")
    for file in folder.iterdir():
        file.chmod(0o644)


def state(model):
    """Tensors as a file holds them: the head left out where it is the embedding."""
    tensors = dict(model.state_dict())
    if model.config.tie_word_embeddings:
        tensors.pop("lm_head.weight")
    return {name: t.bfloat16().contiguous() for name, t in tensors.items()}


def save(folder, tensors, metadata=None):
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"} | (metadata or {}))


def save_shards(folder, tensors):
    names = sorted(tensors)
    parts = [names[0::2], names[1::2]]
    files = [f"model-{i + 1:05d}-of-00002.safetensors" for i in range(2)]
    for file, part in zip(files, parts):
        save_file({n: tensors[n] for n in part}, str(folder / file), metadata={"format": "pt"})
    index = {
        "metadata": {"total_size": sum(t.nbytes for t in tensors.values())},
        "weight_map": {n: file for file, part in zip(files, parts) for n in part},
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def write_config(folder, config):
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def load(folder, weights):
    """By transformers, from the files alone."""
    with tempfile.TemporaryDirectory() as own:
        for file in [f for f in weights.iterdir() if "safetensors" in f.name] + [folder / "config.json"]:
            shutil.copy(file, own)
        model, info = AutoModelForCausalLM.from_pretrained(
            own, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
        )
    assert not info["missing_keys"] and not info["unexpected_keys"], info
    return model.eval()


def make(out, name):
    config, shared = MODELS[name]
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    write_config(folder, config)
    if shared is None:
        tensors = state(fill(build(config), sum(name.encode())))
        if name == "gpt2-bare":
            tensors = {n.removeprefix("transformer."): t for n, t in tensors.items()}
        (save_shards if name == "llama-shards" else save)(folder, tensors)
    model = load(folder, out / (shared or name))
    expect(folder, model, "transformers, AutoModelForCausalLM.from_pretrained of the folder", shared)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", type=Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_intermixed_args()
    torch.manual_seed(0)

    def wanted(name):
        return not arguments.names or name in arguments.names

    for name in filter(wanted, MODELS):
        make(arguments.out, name)
    import model_containers
    import model_gguf

    for name in filter(wanted, model_gguf.MODELS):
        model_gguf.make(arguments.out, name)
    for name in filter(wanted, model_containers.MODELS):
        model_containers.make(arguments.out, name, arguments.sources)


if __name__ == "__main__":
    main()
