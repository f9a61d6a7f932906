"""torchao, compressed-tensors, hqq, torch and bitsandbytes on affine integers."""

import numpy as np
import torch
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import dequantize as ct_dequantize
from compressed_tensors.quantization.lifecycle.forward import quantize as ct_quantize
from compressed_tensors.quantization.utils.helpers import calculate_qparams
from hqq.core import optimize as hqq_optimize
from hqq.core.quantize import Quantizer
from torchao.quantization import quant_primitives as ao


def torchao(bits, group, symmetric=True):
    """choose_qparams_affine, quantize_affine, dequantize_affine; group 0 is the row, -1 the tensor."""

    def run(x):
        t = torch.from_numpy(x)
        block = (x.shape[0], x.shape[1]) if group < 0 else (1, group or x.shape[1])
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        mapping = ao.MappingType.SYMMETRIC if symmetric else ao.MappingType.ASYMMETRIC
        scale, zero = ao.choose_qparams_affine(
            t, mapping, block, torch.int8, low, high, eps=torch.finfo(torch.float32).eps, zero_point_dtype=torch.int8
        )
        q = ao.quantize_affine(t, block, scale, zero, torch.int8, low, high)
        values = ao.dequantize_affine(q, block, scale, zero, torch.int8, low, high, output_dtype=torch.float32)
        return {"codes": q.numpy(), "part:scales": scale.float().numpy(), "values": values.numpy()}

    return run


def tinygemm(bits, group):
    """torchao's tinygemm convention: float zero point in the domain of the weights, midpoint 2^(bits-1)."""

    def run(x):
        t = torch.from_numpy(x)
        block, high = (1, group), (1 << bits) - 1
        scale, zero = ao._choose_qparams_affine_tinygemm(
            t, ao.MappingType.ASYMMETRIC, block, torch.int32, 0, high, eps=1e-6
        )
        q = ao._quantize_affine_tinygemm(t, block, scale, zero, torch.int32, 0, high)
        values = ao._dequantize_affine_tinygemm(q, block, scale, zero, torch.int32, 0, high, output_dtype=torch.float32)
        return {"codes": q.numpy(), "values": values.numpy()}

    return run


def compressed_tensors(bits, group, symmetric=True):
    """calculate_qparams over each group's minimum and maximum, then quantize."""

    def run(x):
        t = torch.from_numpy(x)
        if group > 0:
            arguments = {"strategy": "group", "group_size": group}
            cells = t.unflatten(-1, (-1, group))
            low, high = cells.amin(-1), cells.amax(-1)
        elif group == 0:
            arguments = {"strategy": "channel"}
            low, high = t.amin(-1, keepdim=True), t.amax(-1, keepdim=True)
        else:
            arguments = {"strategy": "tensor"}
            low, high = t.amin(), t.amax()
        args = QuantizationArgs(num_bits=bits, type="int", symmetric=symmetric, **arguments)
        scale, zero = calculate_qparams(low, high, args)
        q = ct_quantize(t, scale, zero, args, dtype=torch.int8)
        values = ct_dequantize(q, scale, zero, args, dtype=torch.float32)
        return {"codes": q.numpy(), "part:scales": scale.float().numpy(), "values": values.numpy()}

    return run


def shrink(x, beta, lp_norm):
    """hqq's shrink_lp_op with the power rounded once.

    torch's float32 power is off by one in the last place now and then, and where depends on the machine: of 2^18
    numbers in [0.17, 1.67) to the -0.3, 175 differ with ATEN_CPU_CAPABILITY=default and 3,096 with avx2 (torch 2.15).
    """
    out = torch.abs(x)
    power = out.double().pow(float(np.float32(lp_norm - 1))).float()
    return out.sub_((1.0 / beta) * power).clamp_min_(0.0).mul_(torch.sign(x))


class MeanRoundedOnce:
    """torch for hqq's solver, whose only abs is that of the mean error it stops by: there summed in float64.

    torch sums float32 in an order that depends on the machine and its threads; where the error hardly falls any more, the
    last place of the mean decides whether there is another round (torch 2.15: a group of ±7.9999995 stops after 12 rounds
    in place of 14, and its zero is 7.38698 in place of 7.38689).
    """

    def __getattr__(self, name):
        return getattr(torch, name)

    @staticmethod
    def abs(x):
        return torch.abs(x).double()


def hqq(bits, group, round_zero=False):
    """Quantizer.quantize with its half-quadratic solver, axis 1, in float32; the solver's powers and errors rounded once."""

    def run(x):
        hqq_optimize.shrink_lp_op = shrink
        hqq_optimize.torch = MeanRoundedOnce()
        q, meta = Quantizer.quantize(
            torch.from_numpy(x.copy()),
            nbits=bits,
            group_size=group,
            round_zero=round_zero,
            axis=1,
            bitpack=False,
            compute_dtype=torch.float32,
            device="cpu",
        )
        values = (q.float() - meta["zero"]) * meta["scale"]
        return {"codes": q.reshape(x.shape).numpy(), "values": values.reshape(x.shape).numpy()}

    return run


def bitsandbytes_int8(x):
    """int8_vectorwise_quant without an outlier threshold."""
    import bitsandbytes.functional as F

    q, stats, _ = F.int8_vectorwise_quant(torch.from_numpy(x).half())
    return {"codes": q.numpy(), "part:scales": stats.numpy()}


def fake_quantize(bits):
    """torch.fake_quantize_per_channel_affine, scale and zero chosen as torchao does."""

    def run(x):
        t = torch.from_numpy(x)
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        scale = torch.clamp(t.abs().amax(1) / ((high - low) / 2), min=torch.finfo(torch.float32).eps)
        values = torch.fake_quantize_per_channel_affine(t, scale, torch.zeros(x.shape[0], dtype=torch.int32), 0, low, high)
        return {"part:scales": scale.numpy(), "values": values.numpy()}

    return run


def pack_int32(bits):
    """compressed-tensors' pack_to_int32 on random codes."""
    from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32

    def make(rng):
        rows, cols = int(rng.integers(1, 9)), int(rng.integers(1, 200))
        codes = rng.integers(-(1 << bits - 1), 1 << bits - 1, (rows, cols))
        words = pack_to_int32(torch.from_numpy(codes.astype(np.int8)), bits)
        return codes, words.numpy(), {"layout": "compressed-tensors", "bits": bits}

    return make


def pack_hqq(bits):
    """hqq's BitPack on random codes."""

    def make(rng):
        rows, cols = int(rng.integers(1, 6)) * 40, int(rng.integers(1, 5)) * 8
        codes = rng.integers(0, 1 << bits, (rows, cols))
        words = Quantizer.pack[Quantizer.bit_to_packing[bits]](torch.from_numpy(codes.astype(np.uint8)))
        return codes, words.numpy(), {"layout": "hqq", "bits": bits}

    return make
