"""Tiny GGUF models, written by gguf-py with llama.cpp's names and row order, and what transformers makes of the same numbers.

Where transformers opens a GGUF file of that architecture, it does; the llama3 file's rotary factors (a tensor that it does not
read) are said to it as rope_scaling instead, and what it can not open is put into its model as gguf-py dequantizes it.
"""

import logging
import math

import gguf
import numpy as np
import torch

import models
from gguf import GGMLQuantizationType as Kind
from transformers import AutoModelForCausalLM

LLAMA = models.LLAMA | models.OLD | {"rope_theta": 10000.0}
WIDE = {"intermediate_size": 256, "num_hidden_layers": 1}
LLAMA3 = models.LLAMA | models.old_rope(500000.0, **models.LLAMA3)
QWEN2 = models.QWEN2 | {"num_hidden_layers": 2}

BLOCKS = {"ffn_down": Kind.Q4_K, "ffn_gate": Kind.Q4_0, "ffn_up": Kind.Q8_0, "attn_q": Kind.Q8_0, "attn_k": Kind.Q5_1}
BLOCKS |= {"attn_v": Kind.Q6_K, "token_embd": Kind.Q8_0, "attn_qkv": Kind.Q8_0}

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}
ATTENTION = 1.25  # what llama.cpp multiplies YaRN's own factor 0.1 ln 4 + 1 with
QWEN2_YARN = QWEN2 | models.old_rope(10000.0, attention_factor=ATTENTION * (0.1 * math.log(4) + 1), **YARN)
LINEAR = models.LLAMA | models.old_rope(10000.0, rope_type="linear", factor=4.0)

# name: config.json of the model, the types of its matrices
MODELS = {
    "gguf-llama": (LLAMA, {}),
    "gguf-llama-blocks": (LLAMA | WIDE | {"tie_word_embeddings": True}, BLOCKS),
    "gguf-llama-bias": (LLAMA | {"attention_bias": True}, {"*": Kind.F16}),
    "gguf-llama3": (LLAMA3, {"*": Kind.F16}),
    "gguf-qwen2": (QWEN2, {"*": Kind.F16}),
    "gguf-qwen2-yarn": (QWEN2_YARN, {"*": Kind.F16}),
    "gguf-llama-linear": (LINEAR, {"*": Kind.F16}),
    "gguf-qwen3": (models.QWEN3, {"*": Kind.BF16}),
    "gguf-gpt2": (models.GPT2, {"*": Kind.F16, "attn_qkv": Kind.Q4_0, "position_embd": Kind.F32}),
}

# Hugging Face's name and GGUF's; * is the layer.
LLAMA_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers.*.input_layernorm": "blk.*.attn_norm",
    "model.layers.*.post_attention_layernorm": "blk.*.ffn_norm",
    "model.layers.*.self_attn.q_proj": "blk.*.attn_q",
    "model.layers.*.self_attn.k_proj": "blk.*.attn_k",
    "model.layers.*.self_attn.v_proj": "blk.*.attn_v",
    "model.layers.*.self_attn.o_proj": "blk.*.attn_output",
    "model.layers.*.self_attn.q_norm": "blk.*.attn_q_norm",
    "model.layers.*.self_attn.k_norm": "blk.*.attn_k_norm",
    "model.layers.*.mlp.gate_proj": "blk.*.ffn_gate",
    "model.layers.*.mlp.up_proj": "blk.*.ffn_up",
    "model.layers.*.mlp.down_proj": "blk.*.ffn_down",
}
GPT2_NAMES = {
    "transformer.wte": "token_embd",
    "transformer.wpe": "position_embd",
    "transformer.ln_f": "output_norm",
    "transformer.h.*.ln_1": "blk.*.attn_norm",
    "transformer.h.*.ln_2": "blk.*.ffn_norm",
    "transformer.h.*.attn.c_attn": "blk.*.attn_qkv",
    "transformer.h.*.attn.c_proj": "blk.*.attn_output",
    "transformer.h.*.mlp.c_fc": "blk.*.ffn_up",
    "transformer.h.*.mlp.c_proj": "blk.*.ffn_down",
}


def gguf_name(name, names):
    parts = name.split(".")
    layer = next((p for p in parts if p.isdigit()), None)
    pattern = ".".join("*" if p == layer else p for p in parts[:-1])
    return names[pattern].replace("*", layer or "") + "." + parts[-1]


def in_pairs(w, heads):
    """llama.cpp's order of a head's rows: a row of the first half, then its partner of the second."""
    size = w.shape[0] // heads
    order = [h * size + i + half * (size // 2) for h in range(heads) for i in range(size // 2) for half in (0, 1)]
    return w[order]


def rope_factors(rope, size):
    """llama.cpp's rope_freqs: what divides the frequencies by Llama 3.1's rule."""
    waves = 2 * np.pi * rope["rope_theta"] ** (np.arange(0, size, 2) / size)
    scaling = rope["rope_scaling"]
    factor, original = scaling["factor"], scaling["original_max_position_embeddings"]
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    smooth = (original / waves - low) / (high - low)
    between = 1 / ((1 - smooth) / factor + smooth)
    return np.where(waves < original / high, 1, np.where(waves > original / low, factor, between)).astype(np.float32)


def facts(writer, c):
    writer.add_context_length(c.max_position_embeddings)
    writer.add_embedding_length(c.hidden_size)
    writer.add_block_count(c.num_hidden_layers)
    writer.add_head_count(c.num_attention_heads)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"<{i}>" for i in range(c.vocab_size)])
    writer.add_token_merges(["< 1"])
    if c.model_type == "gpt2":
        writer.add_feed_forward_length(4 * c.hidden_size)
        writer.add_layer_norm_eps(c.layer_norm_epsilon)
        return
    writer.add_feed_forward_length(c.intermediate_size)
    writer.add_head_count_kv(c.num_key_value_heads)
    writer.add_layer_norm_rms_eps(c.rms_norm_eps)
    writer.add_rope_freq_base(c.rope_parameters["rope_theta"])
    if c.rope_parameters["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_orig_ctx_len(16)
        writer.add_rope_scaling_attn_factors(ATTENTION)
    if c.rope_parameters["rope_type"] in ("yarn", "linear"):
        writer.add_rope_scaling_factor(4.0)  # without a type this is linear
    size = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
    if size != c.hidden_size // c.num_attention_heads:
        writer.add_key_length(size)
        writer.add_value_length(size)


def write(file, model, kinds, factors):
    """Writes the file; returns the numbers of its tensors by Hugging Face's names, as gguf-py dequantizes them."""
    c = model.config
    writer = gguf.GGUFWriter(str(file), c.model_type)
    facts(writer, c)
    names = GPT2_NAMES if c.model_type == "gpt2" else LLAMA_NAMES
    kept = {}
    for name, t in models.state(model).items():
        w = t.float().numpy()
        turned = c.model_type == "gpt2" and ".h." in name and w.ndim == 2
        if turned:
            w = w.T
        own = gguf_name(name, names)
        heads = {"attn_q": c.num_attention_heads, "attn_k": getattr(c, "num_key_value_heads", 0)}
        part = own.split(".")[-2]
        paired = c.model_type == "llama" and part in heads
        stored = np.ascontiguousarray(in_pairs(w, heads[part]) if paired else w)
        kind = kinds.get(part, kinds.get("*", Kind.F32)) if w.ndim == 2 else Kind.F32
        if kind != Kind.F32 and w.shape[1] % gguf.GGML_QUANT_SIZES[kind][0]:
            kind = Kind.Q8_0
        if kind == Kind.F32:
            writer.add_tensor(own, stored)
        else:
            blocks = encode(kind, stored)
            writer.add_tensor(own, blocks, raw_dtype=kind)
            stored = gguf.quants.dequantize(blocks, kind).astype(np.float32)
        if paired:
            order = np.argsort(in_pairs(np.arange(len(w)), heads[part]))
            stored = stored[order]
        kept[name] = torch.tensor(np.ascontiguousarray(stored.T if turned else stored))
    if factors is not None:
        writer.add_tensor("rope_freqs.weight", factors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return kept


def encode(kind, w):
    import ggml

    if kind in (Kind.F16, Kind.BF16):
        return gguf.quants.quantize(w, kind)
    rows, width = w.shape[0], gguf.quant_shape_to_byte_shape(w.shape, kind)[-1]
    return np.frombuffer(ggml.encode(kind.name, w).tobytes(), np.uint8).reshape(rows, width)


def make(out, name):
    config, kinds = MODELS[name]
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    model = models.fill(models.build(config), sum(name.encode()))
    factors = rope_factors(LLAMA3, config["hidden_size"] // config["num_attention_heads"]) if config is LLAMA3 else None
    kept = write(folder / "model.gguf", model, kinds, factors)
    result = model.load_state_dict(kept, strict=False)
    assert not result.unexpected_keys and set(result.missing_keys) <= {"lm_head.weight"}, result
    model.tie_weights()
    oracle = "transformers, with the weights as gguf-py dequantizes them"
    if not config.get("rope_scaling"):
        theirs = opened(folder)
        if theirs is not None:
            difference = np.abs(models.logits(theirs) - models.logits(model)).max()
            print(name, "transformers' own reading differs by", difference)
            if difference < 1e-3:
                model, oracle = theirs, "transformers, AutoModelForCausalLM.from_pretrained of the GGUF file"
    else:
        oracle += " and the rope_scaling of a config.json, which the file says in llama.cpp's way"
    models.expect(folder, model, oracle, packages=("gguf", "llama-cpp-python"))
    judge(folder, model)


def judge(folder, model):
    """The file means the same to llama.cpp, whose activations are coarser: a wrong order of rows is far off."""
    import llama

    llama.VOCABULARY = models.VOCABULARY
    theirs = llama.logits(folder / "model.gguf", models.TEXTS[0]).reshape(-1, models.VOCABULARY)
    ours = models.logits(model)[: len(theirs)]
    difference = np.abs(theirs - ours).max() / (ours.max() - ours.min())
    print(folder.name, "llama.cpp differs by", difference, "of the range")
    assert difference < 0.03, folder  # of blocks: their products round activations to 8 bits


def opened(folder):
    try:
        model = AutoModelForCausalLM.from_pretrained(
            str(folder), gguf_file="model.gguf", dtype=torch.float32, attn_implementation="eager"
        )
        return model.eval()
    except (ValueError, KeyError, RuntimeError, ImportError) as e:
        logging.warning("%s: transformers does not open it: %s", folder.name, e)
        return None
