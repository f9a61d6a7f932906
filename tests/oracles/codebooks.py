"""bitsandbytes on its 4-bit code books and its 8-bit dynamic map, as its CPU build computes them."""

import bitsandbytes.functional as F
import torch


def four_bits(kind, block, nested=False):
    """quantize_4bit over the flattened tensor, dequantized as table times absmax in float32."""

    def run(x):
        packed, state = F.quantize_4bit(
            torch.from_numpy(x), blocksize=block, quant_type=kind, compress_statistics=nested
        )
        expected = {"part:codes": packed.numpy()}
        if nested:
            expected["part:scales"] = state.absmax.numpy()
            expected["part:nested_scales"] = state.state2.absmax.numpy()
            expected["part:offset"] = state.offset.numpy()
            absmax = F.dequantize_blockwise(state.absmax, state.state2) + state.offset
        else:
            expected["part:scales"] = state.absmax.numpy()
            absmax = state.absmax
        data = packed.flatten()
        codes = torch.stack((data >> 4, data & 15), 1).flatten()[: x.size].long()
        values = state.code[codes] * absmax.repeat_interleave(block)[: x.size]
        expected["values"] = values.reshape(x.shape).numpy()
        return expected

    return run


def dynamic(block):
    """quantize_blockwise with the signed dynamic map."""

    def run(x):
        q, state = F.quantize_blockwise(torch.from_numpy(x), blocksize=block)
        return {"part:codes": q.numpy(), "part:scales": state.absmax.numpy()}

    return run
