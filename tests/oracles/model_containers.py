"""A tiny Llama in every quantized container, and what transformers makes of the weights that the original software decodes.

Each original packs and decodes: AutoGPTQ 0.7.1 (qlinear_cuda.QuantLinear), GPTQModel 2.2.0 (dequantize_weight, version 2),
AutoAWQ 0.2.9 (packing_utils.dequantize_gemm), bitsandbytes (dequantize_4bit) and compressed-tensors (decompress). Scales
are handed to AutoGPTQ and AutoAWQ as float32, so that the product of scale and code is not rounded to float16.
"""

import ast
import importlib.util
import types
from pathlib import Path

import bitsandbytes.functional as bnb
import numpy as np
import torch
from compressed_tensors.compressors import pack_quantized
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from compressed_tensors.quantization.lifecycle.forward import dequantize as ct_dequantize
from compressed_tensors.quantization.lifecycle.forward import quantize as ct_quantize
from compressed_tensors.quantization.utils.helpers import calculate_qparams

import models

# Rows are whole blocks of 64: of others bitsandbytes 0.50 decodes wrong numbers on a CPU with AVX-512.
LLAMA = models.LLAMA | models.OLD | {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 1, "tie_word_embeddings": True}


def gptq(bits, group, version, symmetric=True, order=False):
    settings = {"quant_method": "gptq", "bits": bits, "group_size": group, "desc_act": order, "sym": symmetric}
    return settings | {"checkpoint_format": version}


def bnb4(kind, double):
    settings = {"quant_method": "bitsandbytes", "load_in_4bit": True, "load_in_8bit": False}
    settings |= {"bnb_4bit_quant_type": kind, "bnb_4bit_use_double_quant": double, "bnb_4bit_compute_dtype": "float32"}
    return settings | {"bnb_4bit_quant_storage": "uint8", "llm_int8_skip_modules": ["lm_head"]}


def packed(bits, group, symmetric=True):
    weights = {"num_bits": bits, "type": "int", "symmetric": symmetric, "dynamic": False}
    weights |= {"strategy": "group" if group else "channel", "group_size": group or None}
    groups = {"group_0": {"targets": ["Linear"], "weights": weights, "input_activations": None}}
    settings = {"quant_method": "compressed-tensors", "format": "pack-quantized", "quantization_status": "compressed"}
    return settings | {"config_groups": groups, "ignore": ["lm_head"]}


# name: quantization_config; a GPT-2 for the name that ends in it
MODELS = {
    "gptq-gpt2": gptq(4, 32, "gptq"),
    "gptq": gptq(4, 32, "gptq"),
    "gptq-act-order": gptq(4, 32, "gptq", order=True),
    "gptq-asymmetric": gptq(4, 32, "gptq", symmetric=False),
    "gptq-3-bits": gptq(3, 32, "gptq"),
    "gptq-v2": gptq(4, 32, "gptq_v2", symmetric=False, order=True),
    "awq": {"quant_method": "awq", "bits": 4, "group_size": 32, "version": "gemm", "zero_point": True},
    "bnb-nf4": bnb4("nf4", False),
    "bnb-nf4-double": bnb4("nf4", True),
    "bnb-fp4": bnb4("fp4", False),
    "bnb-fp4-double": bnb4("fp4", True),
    "packed-int4": packed(4, 32),
    "packed-int4-asymmetric": packed(4, 32, symmetric=False),
    "packed-int8": packed(8, 0),
}


WORDS = {
    "gptq_v2": "GPTQModel 2.2.0 (dequantize_weight)",
    "gptq": "AutoGPTQ 0.7.1 (qlinear_cuda.QuantLinear)",
    "awq": "AutoAWQ 0.2.9 (dequantize_gemm)",
    "bitsandbytes": "bitsandbytes (dequantize_4bit)",
    "compressed-tensors": "compressed-tensors (PackedQuantizationCompressor)",
}
PACKAGES = ("bitsandbytes", "compressed-tensors")


def module(file):
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def function(file, name):
    """A function of a file whose package can not be imported here."""
    tree = ast.parse(Path(file).read_text())
    node = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name)
    space = {"t": torch, "torch": torch}
    exec(compile(ast.Module([node], []), str(file), "exec"), space)
    return space[name]


def source(sources, pattern):
    if sources is None:
        raise SystemExit("models of GPTQ and AWQ need --sources with the unpacked AutoGPTQ, AutoAWQ and GPTQModel")
    return next(sources.glob(pattern))


def grid(w, bits, group, symmetric):
    """Scales in float16 and zeros, [out, groups]."""
    cells = w.unflatten(-1, (-1, group))
    low, high = cells.amin(-1).clamp(max=0), cells.amax(-1).clamp(min=0)
    most = 2**bits - 1
    if symmetric:
        scale = (2 * torch.maximum(high, -low) / most).half().float()
        return scale, torch.full_like(scale, 2 ** (bits - 1))
    scale = ((high - low) / most).half().float()
    return scale, torch.round(-low / scale).clamp(1, most)


def linear(w):
    found = torch.nn.Linear(w.shape[1], w.shape[0], bias=False)
    found.weight = torch.nn.Parameter(w.clone(), requires_grad=False)
    return found


def in_gptq(name, w, settings, sources):
    bits, group = settings["bits"], settings["group_size"]
    inputs = w.shape[1]
    order = torch.tensor(np.random.default_rng(inputs).permutation(inputs)) if settings["desc_act"] else torch.arange(inputs)
    scale, zero = grid(w[:, order], bits, group, settings["sym"])
    index = torch.empty(inputs, dtype=torch.int32)
    index[order] = (torch.arange(inputs) // group).int()
    its_scale, its_zero = scale[:, index.long()], zero[:, index.long()]
    clipped = (torch.round(w / its_scale + its_zero).clamp(0, 2**bits - 1) - its_zero) * its_scale
    original = module(source(sources, "**/auto_gptq/nn_modules/qlinear/qlinear_cuda.py")).QuantLinear
    layer = original(bits, group, inputs, w.shape[0], bias=False)
    layer.pack(linear(clipped), scale, zero.clone(), index)
    parts = {"qweight": layer.qweight, "qzeros": layer.qzeros, "scales": layer.scales, "g_idx": layer.g_idx}
    if settings["checkpoint_format"] == "gptq":
        layer.scales = layer.scales.float()
        values = layer(torch.eye(inputs)).T
    else:
        # Version 2 stores the zeros as they are: 0x11111111 more than version 1 in each word of four bits.
        parts["qzeros"] = parts["qzeros"] + 0x11111111
        fields = {"bits": bits, "qzeros": parts["qzeros"], "qweight": layer.qweight, "scales": layer.scales.float()}
        shifts = torch.arange(0, 32, bits, dtype=torch.int32).unsqueeze(0)
        fields |= {"g_idx": layer.g_idx, "pack_factor": 32 // bits, "maxq": 2**bits - 1, "dequant_dtype": torch.int8}
        fields |= {"wf_unsqueeze_zero": shifts.unsqueeze(0), "wf_unsqueeze_neg_one": shifts.unsqueeze(-1)}
        run = function(source(sources, "**/gptqmodel/nn_modules/qlinear/__init__.py"), "dequantize_weight")
        values = run(types.SimpleNamespace(**fields)).T
    parts["scales"] = parts["scales"].half()
    return {f"{name}.{part}": t for part, t in parts.items()}, values


def in_awq(name, w, settings, sources):
    group = settings["group_size"]
    scale, zero = grid(w, 4, group, False)
    wide = scale.repeat_interleave(group, 1), zero.repeat_interleave(group, 1)
    codes = torch.round(w / wide[0] + wide[1]).clamp(0, 15).int().T
    original = module(source(sources, "**/awq/utils/packing_utils.py"))

    def pack(values):
        shifts = torch.arange(0, 32, 4)
        ordered = values.unflatten(-1, (-1, 8))[..., original.AWQ_ORDER].long()
        return (ordered << shifts).sum(-1).to(torch.int32)

    parts = {"qweight": pack(codes), "qzeros": pack(zero.T.int()), "scales": scale.T.contiguous()}
    values = original.dequantize_gemm(parts["qweight"], parts["qzeros"], parts["scales"], 4, group).T
    parts["scales"] = parts["scales"].half()
    return {f"{name}.{part}": t for part, t in parts.items()}, values


def in_bnb(name, w, settings, _):
    kind, double = settings["bnb_4bit_quant_type"], settings["bnb_4bit_use_double_quant"]
    codes, state = bnb.quantize_4bit(w, blocksize=64, quant_type=kind, compress_statistics=double)
    parts = {name + ".weight": codes}
    parts |= {f"{name}.weight.{key}": t for key, t in state.as_dict(packed=True).items()}
    return parts, bnb.dequantize_4bit(codes, state).float()


def in_packed(name, w, settings, _):
    args = QuantizationArgs(**settings["config_groups"]["group_0"]["weights"])
    cells = w.unflatten(-1, (-1, args.group_size or w.shape[1]))
    scale, zero = calculate_qparams(cells.amin(-1), cells.amax(-1), args)
    codes = ct_quantize(w, scale, zero, args, dtype=torch.int8)
    own = {"weight": w, "weight_scale": scale.float()} | ({} if args.symmetric else {"weight_zero_point": zero})
    scheme = QuantizationScheme(targets=["Linear"], weights=args)
    parts = pack_quantized.PackedQuantizationCompressor.compress(own, scheme)
    decoded = pack_quantized.PackedQuantizationCompressor.decompress(dict(parts), scheme)["weight"].float()
    assert torch.equal(decoded, ct_dequantize(codes, scale, zero, args, dtype=torch.float32))
    return {f"{name}.{part}": t for part, t in parts.items()}, decoded


CONTAINERS = {"gptq": in_gptq, "awq": in_awq, "bitsandbytes": in_bnb, "compressed-tensors": in_packed}


def make(out, name, sources):
    settings = MODELS[name]
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    config = models.GPT2 | {"n_layer": 1} if name.endswith("gpt2") else LLAMA
    models.write_config(folder, config | {"quantization_config": settings})
    model = models.fill(models.build(config), sum(name.encode()))
    stored, decoded = {}, {}
    for tensor, t in models.state(model).items():
        turned = config["model_type"] == "gpt2"  # [in, out] in its own files, never in a quantized one
        if (".h." in tensor if turned else "_proj" in tensor) and t.ndim == 2:
            base = tensor.removesuffix(".weight")
            t = t.T.contiguous() if turned else t
            parts, values = CONTAINERS[settings["quant_method"]](base, t.float(), settings, sources)
            assert (values - t.float()).abs().max() < t.float().abs().max() / (3 if "3-bits" in name else 5), f"{tensor}: {(values - t.float()).abs().max()}"
            stored |= parts
            decoded[tensor] = values.T if turned else values
        else:
            stored[tensor] = t
    models.save(folder, {n: t.contiguous() for n, t in stored.items()})
    result = model.load_state_dict(decoded, strict=False)
    assert not result.unexpected_keys
    original = next(part for part in WORDS if part in settings["quant_method"] + settings.get("checkpoint_format", ""))
    models.expect(folder, model, f"transformers, with the weights that {WORDS[original]} decodes", packages=PACKAGES)
