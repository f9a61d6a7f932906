"""Reads model files with gguf-py and with the safetensors library, and prints what they see: one JSON document."""

import hashlib
import json
import sys

import numpy


def digest(array):
    data = numpy.ascontiguousarray(array)
    return hashlib.sha256(data.tobytes()).hexdigest()


def gguf(path):
    from gguf import GGUFReader
    from gguf.quants import dequantize

    reader = GGUFReader(path)
    keys = {}
    for name, field in reader.fields.items():
        if not name.startswith("GGUF."):
            keys[name] = {"types": [t.name for t in field.types], "value": field.contents()}
    tensors = {}
    for tensor in reader.tensors:
        tensors[tensor.name] = {
            "type": tensor.tensor_type.name,
            "shape": [int(n) for n in reversed(tensor.shape)],
            "sha256": digest(tensor.data),
            "values": digest(dequantize(tensor.data, tensor.tensor_type).astype("<f4")),
        }
    return {"keys": keys, "tensors": tensors}


def safetensors(path):
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        tensors = {}
        for name in file.keys():
            tensor = file.get_tensor(name)
            tensors[name] = {"type": str(tensor.dtype), "shape": list(tensor.shape), "sha256": digest(tensor)}
        return {"metadata": file.metadata(), "tensors": tensors}


print(json.dumps({path: (gguf if path.endswith(".gguf") else safetensors)(path) for path in sys.argv[1:]}))
