"""llama.cpp's own C functions, from the library that a stock installation of llama-cpp-python builds.

That build compiles ggml-base without -march, so without fused multiply-add: what Java computes as well.
"""

import ctypes
import os
from pathlib import Path

import gguf
import numpy as np


class Traits(ctypes.Structure):
    """struct ggml_type_traits of ggml.h."""

    _fields_ = [
        ("type_name", ctypes.c_char_p),
        ("blck_size", ctypes.c_int64),
        ("blck_size_interleave", ctypes.c_int64),
        ("type_size", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.c_void_p),
        ("from_float_ref", ctypes.c_void_p),
    ]


def library_path():
    if os.environ.get("NIBBLE_GGML"):
        return Path(os.environ["NIBBLE_GGML"])
    import importlib.util

    folder = Path(importlib.util.find_spec("llama_cpp").origin).parent / "lib"
    return next(folder.glob("libggml-base.*"))


LIB = ctypes.CDLL(str(library_path()))
LIB.ggml_quantize_chunk.restype = ctypes.c_size_t
LIB.ggml_quantize_chunk.argtypes = [
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int64,
    ctypes.c_int64,
    ctypes.c_int64,
    ctypes.c_void_p,
]
LIB.ggml_get_type_traits.restype = ctypes.POINTER(Traits)
LIB.ggml_get_type_traits.argtypes = [ctypes.c_int]


def traits(name):
    return LIB.ggml_get_type_traits(gguf.GGMLQuantizationType[name].value).contents


def block(name):
    """Weights and bytes of a block."""
    t = traits(name)
    return t.blck_size, t.type_size


def encode(name, x, importance=None):
    """Bytes of ggml_quantize_chunk."""
    kind = gguf.GGMLQuantizationType[name].value
    size, width = block(name)
    rows, cols = x.shape
    LIB.ggml_quantize_init(kind)
    out = np.zeros(rows * (cols // size) * width, np.uint8)
    weights = None if importance is None else importance.ctypes.data
    written = LIB.ggml_quantize_chunk(kind, x.ctypes.data, out.ctypes.data, 0, rows, cols, weights)
    assert written == out.size
    return out


def encode_reference(name, function, x):
    """Bytes of a type that only the reference function writes (Q8_1, Q8_K: activations, not weights)."""
    size, width = block(name)
    out = np.zeros(x.size // size * width, np.uint8)
    call = getattr(LIB, function)
    call.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    call.restype = None
    call(x.ctypes.data, out.ctypes.data, x.size)
    return out


def decode(name, data, count):
    """Values of the to_float function."""
    to_float = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)(traits(name).to_float)
    out = np.zeros(count, np.float32)
    data = np.ascontiguousarray(data)
    to_float(data.ctypes.data, out.ctypes.data, count)
    return out
