"""ml_dtypes on minifloats; torchao and compressed-tensors on FP8, MX formats and NVFP4."""

import ml_dtypes
import numpy as np
import torch
from compressed_tensors.compressors.nvfp4.helpers import pack_fp4_to_uint8
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from compressed_tensors.quantization.lifecycle.forward import quantize as ct_quantize
from compressed_tensors.quantization.utils.helpers import calculate_qparams, generate_gparam
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.mx_tensor import to_mx
from torchao.prototype.mx_formats.nvfp4_tensor import nvfp4_quantize, per_tensor_amax_to_scale
from torchao.quantization import quant_primitives as ao

ML = {
    "e4m3": ml_dtypes.float8_e4m3fn,
    "e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "e4m3b11fnuz": ml_dtypes.float8_e4m3b11fnuz,
    "e4m3ieee": ml_dtypes.float8_e4m3,
    "e3m4": ml_dtypes.float8_e3m4,
    "e5m2": ml_dtypes.float8_e5m2,
    "e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
    "e2m3": ml_dtypes.float6_e2m3fn,
    "e3m2": ml_dtypes.float6_e3m2fn,
    "e2m1": ml_dtypes.float4_e2m1fn,
    "bf16": ml_dtypes.bfloat16,
    "fp16": np.float16,
}


def plain(kind):
    """astype of ml_dtypes, one code per weight, without a scale."""

    def run(x):
        low = x.astype(ML[kind])
        codes = low.view(np.uint16 if ML[kind] in (np.float16, ml_dtypes.bfloat16) else np.uint8)
        return {"codes": codes, "values": low.astype(np.float32)}

    return run


def largest(kind):
    """What is beyond it becomes NaN or infinite, or the largest number, by each type's own habit; we refuse it."""
    return float(ml_dtypes.finfo(ML[kind]).max)


def float8(kind, group):
    """torchao's float8 with float32 scales; group 0 is the row, -1 the tensor."""
    dtype = {"e4m3": torch.float8_e4m3fn, "e5m2": torch.float8_e5m2}[kind]

    def run(x):
        t = torch.from_numpy(x)
        block = list(x.shape) if group < 0 else [1, group or x.shape[1]]
        scale = ao._choose_scale_float8(t, block, dtype)
        q = ao._quantize_affine_float8(t, scale, dtype).view(torch.uint8)
        # A group of zeros has the scale 0 and becomes 0 / 0, NaN; with us it stays zero, with its signs.
        lost = (scale == 0).repeat_interleave(t.shape[0] // scale.shape[0], 0)
        lost = lost.repeat_interleave(t.shape[1] // scale.shape[1], 1)
        q = torch.where(lost, 0, q)
        return {"codes": q.numpy(), "part:scale" if group < 0 else "part:scales": scale.numpy()}

    return run


ELEMENTS = {
    "mxfp8:e4m3": torch.float8_e4m3fn,
    "mxfp8:e5m2": torch.float8_e5m2,
    "mxfp6:e2m3": "fp6_e2m3",
    "mxfp6:e3m2": "fp6_e3m2",
    "mxfp4": torch.float4_e2m1fn_x2,
}


def mx(element, mode):
    """torchao's to_mx."""

    def run(x):
        scale, data = to_mx(torch.from_numpy(x), ELEMENTS[element], 32, ScaleCalculationMode(mode))
        expected = {"part:scales": scale.view(torch.uint8).numpy()}
        data = data.view(torch.uint8).numpy()
        if element.startswith("mxfp4"):
            expected["part:codes"] = data
        elif data.size == x.size:
            expected["codes"] = data
        else:
            expected["part:codes"] = data
        return expected

    return run


def nvfp4_torchao(two_level):
    """torchao's nvfp4_quantize, with its own tensor scale or with block scales alone."""

    def run(x):
        t = torch.from_numpy(x)
        tensor = per_tensor_amax_to_scale(t.abs().max()) if two_level else None
        scale, data = nvfp4_quantize(t, 16, tensor)
        expected = {"part:scales": scale.view(torch.uint8).numpy(), "part:codes": data.view(torch.uint8).numpy()}
        if two_level:
            expected["part:scale_2"] = tensor.numpy()
        return expected

    return run


def nvfp4_compressed_tensors(x):
    """compressed-tensors' nvfp4-pack-quantized: global scale, float8 block scales, codes low nibble first."""
    t = torch.from_numpy(x)
    args = QuantizationArgs(
        num_bits=4, type="float", symmetric=True, strategy="tensor_group", group_size=16, scale_dtype=torch.float8_e4m3fn
    )
    cells = t.unflatten(-1, (-1, 16))
    world = generate_gparam(t.amin(), t.amax())
    scale, zero = calculate_qparams(cells.amin(-1), cells.amax(-1), args, global_scale=world)
    q = ct_quantize(t, scale, zero, args, global_scale=world)
    return {
        "part:codes": pack_fp4_to_uint8(q).numpy(),
        "part:scales": scale.to(torch.float8_e4m3fn).view(torch.uint8).numpy(),
        "part:global_scale": world.numpy(),
    }


def mx_compressed_tensors(bits):
    """compressed-tensors' MXFP4, MXFP6 and MXFP8 compressors: the tensors of a checkpoint.

    Those of MXFP4 and MXFP6 pass no zero point on; that of MXFP8 adds one of 0, which makes +0 of -0. MXFP6 keeps -0
    on a CPU (its Triton kernel does not).
    """
    from compressed_tensors.compressors import MXFP4PackedCompressor, MXFP6PackedCompressor, MXFP8QuantizationCompressor

    compressor = {4: MXFP4PackedCompressor, 6: MXFP6PackedCompressor, 8: MXFP8QuantizationCompressor}[bits]

    def run(x):
        t = torch.from_numpy(x)
        args = QuantizationArgs(
            num_bits=bits, type="float", symmetric=True, strategy="group", group_size=32, scale_dtype=torch.uint8, zp_dtype=torch.uint8
        )
        cells = t.unflatten(-1, (-1, 32))
        scale, zero = calculate_qparams(cells.amin(-1), cells.amax(-1), args)
        module = {"weight": t, "weight_scale": scale, "weight_zero_point": zero}
        stored = compressor.compress(module, QuantizationScheme(targets=["Linear"], weights=args))
        codes = stored["weight" if bits == 8 else "weight_packed"]
        return {"part:codes": codes.view(torch.uint8).numpy(), "part:scales": stored["weight_scale"].numpy()}

    return run
