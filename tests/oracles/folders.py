"""Small folders of models in several files, written by the original software, and what it decodes them to.

    pip download --no-deps --python-version 3.11 --only-binary=:all: auto-gptq==0.7.1   # then unzip both into UNPACKED
    pip download --no-deps autoawq==0.2.9
    python folders.py UNPACKED ../../quant-lib/src/test/resources/dev/nibble/checkpoint/folders

Each folder has two shards with their index and a config.json, or a cut GGUF model, and expected.st: the weights in float32 (a safetensors file
under a name that is not taken for a model). The packages' compiled parts are not needed: of AutoGPTQ and AutoAWQ single
modules are loaded. OriginalFoldersTest reads what this makes.
"""

import importlib.metadata
import importlib.util
import json
import pathlib
import sys

import bitsandbytes.functional
import gguf
import torch
from compressed_tensors.compressors.pack_quantized.base import PackedQuantizationCompressor
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from safetensors.torch import save_file

OUT, IN, GROUP = 32, 64, 32
BASE = "model.layers.0.mlp."


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def random_weight():
    return torch.randn(OUT, IN) * 0.05


def grid(weight, bits, symmetric=False):
    """Scales that fit fp16 and whole zeros, [out, groups]."""
    groups = weight.reshape(OUT, -1, GROUP)
    low, high = groups.amin(2).clamp(max=0), groups.amax(2).clamp(min=0)
    scales = ((high - low) / (2**bits - 1)).half().float()
    zeros = torch.full_like(scales, 2 ** (bits - 1)) if symmetric else torch.round(-low / scales).clamp(1, 2**bits - 1)
    return scales, zeros


def write(folder, tensors, expected, config):
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"model-{i + 1:05}-of-00002.safetensors" for i in range(2)]
    weight_map = {key: names[i % 2] for i, key in enumerate(sorted(tensors))}  # so that a weight lies in both
    for name in names:
        shard = {key: tensors[key].contiguous() for key in weight_map if weight_map[key] == name}
        save_file(shard, folder / name, {"format": "pt"})
    size = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    (folder / "config.json").write_text(json.dumps({"quantization_config": config}, indent=1) + "\n")
    save_file({name: value.float().contiguous() for name, value in expected.items()}, folder / "expected.st")
    print(folder.name, len(expected), "weights in", len(tensors), "tensors")


def gptq(out, unpacked):
    layers = module(unpacked / "auto_gptq/nn_modules/qlinear/qlinear_cuda_old.py")
    for form in ("gptq", "gptq_v2"):
        tensors, expected = {}, {}
        for bits in (2, 3, 4, 8):
            linear = torch.nn.Linear(IN, OUT, bias=False)
            linear.weight.data = random_weight()
            scales, zeros = grid(linear.weight.data, bits)
            layer = layers.QuantLinear(bits, GROUP, IN, OUT, bias=False, weight_dtype=torch.float32)
            layer.pack(linear, scales.clone(), zeros.clone(), None)
            name = f"{BASE}w{bits}."
            expected[name + "weight"] = layer(torch.eye(IN)).t()
            tensors[name + "qweight"] = layer.qweight
            tensors[name + "scales"] = layer.scales.half()
            tensors[name + "qzeros"] = layer.qzeros.clone()
            if form == "gptq_v2":  # the packer stores z - 1: of z + 1 that is z
                layer.pack(linear, scales.clone(), zeros + 1, None)
                tensors[name + "qzeros"] = layer.qzeros.clone()
                assert bits == 8 or zeros.max() + 1 <= 2**bits
            tensors[name + "g_idx"] = torch.arange(IN, dtype=torch.int32) // GROUP
        config = {"quant_method": "gptq", "sym": False, "checkpoint_format": form, "group_size": GROUP, "bits": 4}
        write(out / form, tensors, expected, config)


def awq(out, unpacked):
    packing = module(unpacked / "autoawq-0.2.9/awq/utils/packing_utils.py")
    tensors, expected = {}, {}
    for name in ("up", "down"):
        weight = random_weight()
        scales, zeros = grid(weight, 4)
        # [in, out], as WQLinear_GEMM.from_linear has them
        columns = lambda t: t.t().contiguous()
        every = lambda t: t.repeat_interleave(GROUP, dim=1)
        codes = columns(torch.round(weight / every(scales) + every(zeros)).clamp(0, 15).int())
        packed, packed_zeros = (pack_awq(packing, t) for t in (codes, columns(zeros.int())))
        tensors[f"{BASE}{name}.qweight"] = packed
        tensors[f"{BASE}{name}.qzeros"] = packed_zeros
        tensors[f"{BASE}{name}.scales"] = columns(scales).half()
        expected[f"{BASE}{name}.weight"] = packing.dequantize_gemm(packed, packed_zeros, columns(scales), 4, GROUP).t()
    config = {"quant_method": "awq", "version": "gemm", "bits": 4, "group_size": GROUP, "zero_point": True}
    write(out / "awq", tensors, expected, config)


def pack_awq(packing, values):
    words = torch.zeros(values.shape[0], values.shape[1] // 8, dtype=torch.int32)
    for place, column in enumerate(packing.AWQ_ORDER):
        words |= values[:, column::8] << (4 * place)
    return words


def bitsandbytes_(out):
    tensors, expected = {}, {}
    for kind, nested in (("nf4", False), ("nf4", True), ("fp4", True)):
        name = f"{BASE}{kind}{'_nested' if nested else ''}.weight"
        packed, state = bitsandbytes.functional.quantize_4bit(
            random_weight(), blocksize=64, compress_statistics=nested, quant_type=kind
        )
        tensors[name] = packed
        for key, value in state.as_dict(packed=True).items():
            tensors[f"{name}.{key}"] = value
        expected[name] = bitsandbytes.functional.dequantize_4bit(packed, state)
    config = {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_use_double_quant": True}
    write(out / "bitsandbytes", tensors, expected, config)


def compressed(out):
    tensors, expected = {}, {}
    for bits, symmetric in ((4, True), (4, False), (8, True), (3, False)):
        weight = random_weight()
        scales, zeros = grid(weight, bits, symmetric)
        settings = QuantizationArgs(num_bits=bits, symmetric=symmetric, strategy="group", group_size=GROUP)
        scheme = QuantizationScheme(targets=["Linear"], weights=settings)
        signed = (zeros - 2 ** (bits - 1)).to(torch.int8)
        parts = {"weight": weight, "weight_scale": scales, "weight_zero_point": signed}
        packed = PackedQuantizationCompressor.compress(parts, scheme)
        name = f"{BASE}w{bits}{'' if symmetric else '_asym'}."
        expected[name + "weight"] = PackedQuantizationCompressor.decompress(packed, scheme)["weight"]
        tensors |= {name + key: value for key, value in packed.items() if value is not None}
    config = {"quant_method": "compressed-tensors", "format": "pack-quantized"}
    write(out / "compressed-tensors", tensors, expected, config)


def split_gguf(out):
    folder = out / "gguf"
    folder.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(str(folder / "tiny.gguf"), "llama", split_max_tensors=2)
    expected = {f"blk.{i}.ffn_down.weight": random_weight() for i in range(5)}
    writer.add_block_count(5)
    for name, weight in expected.items():
        writer.add_tensor(name, weight.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, folder / "expected.st")
    print(folder.name, len(expected), "weights in", len(list(folder.glob("*.gguf"))), "files")


def main():
    unpacked, out = map(pathlib.Path, sys.argv[1:3])
    torch.manual_seed(5)
    gptq(out, unpacked)
    awq(out, unpacked)
    bitsandbytes_(out)
    compressed(out)
    split_gguf(out)
    packages = ("torch", "safetensors", "bitsandbytes", "compressed-tensors", "gguf")
    versions = {name: importlib.metadata.version(name) for name in packages}
    versions |= {"auto-gptq": "0.7.1", "autoawq": "0.2.9"}
    (out / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


main()
