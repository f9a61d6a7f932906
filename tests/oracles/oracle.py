"""What an oracle is: a recipe of ours, the software whose bytes it claims, and a function that runs that software."""

import fnmatch
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np

import inputs


@dataclass
class Oracle:
    """Quantizes a matrix with the original software.

    run(x) or run(x, importance) returns what the original made, by name:
      "part:NAME"  bytes of the stored part of that name (any array)
      "codes"      integers before scale and zero point, one per weight
      "values"     float32 that it decodes to
    """

    recipe: str
    original: str
    run: Callable
    shapes: list = field(default_factory=lambda: [(6, 256), (3, 384)])
    kinds: list = field(default_factory=lambda: inputs.ALL)
    importance: bool = False
    limit: float = 3e38  # weights are cut off at it
    differs: dict = field(default_factory=dict)  # pattern of kinds -> why a difference is as it should be

    def cases(self, seed):
        for number, kind in enumerate(self.kinds):
            for rows, cols in self.shapes:
                own = [seed, zlib.crc32(self.recipe.encode()), number, rows, cols]
                x = inputs.make(kind, own, rows, cols).clip(-self.limit, self.limit).astype(np.float32)
                arguments = [x]
                case = {"kind": kind.__name__, "rows": rows, "cols": cols, "arrays": {"x": x}}
                if self.importance:
                    weights = inputs.importance(own, cols)
                    arguments.append(weights)
                    case["arrays"]["importance"] = weights
                case["expect"] = self.run(*arguments)
                case["differs"] = next((why for p, why in self.differs.items() if fnmatch.fnmatch(kind.__name__, p)), None)
                yield case


@dataclass
class Decoder:
    """Decodes bytes that hold anything with the original software; make(rng, rows, cols) returns {part: bytes}, values."""

    recipe: str
    original: str
    make: Callable
    shapes: list = field(default_factory=lambda: [(16, 256), (5, 768)])

    def cases(self, seed):
        for rows, cols in self.shapes:
            rng = np.random.default_rng([seed, zlib.crc32(self.recipe.encode()), rows, cols])
            parts, values = self.make(rng, rows, cols)
            yield {
                "kind": "stored bytes",
                "rows": rows,
                "cols": cols,
                "arrays": {"part:" + name: data for name, data in parts.items()},
                "expect": {"values": values},
                "differs": None,
            }


@dataclass
class Packer:
    """Packs codes into the words of a checkpoint; make(rng) returns (codes, {"words": …}), with facts in `about`."""

    recipe: str
    original: str
    make: Callable
    repeat: int = 3

    def cases(self, seed):
        for number in range(self.repeat):
            rng = np.random.default_rng([seed, zlib.crc32(self.recipe.encode()), number])
            codes, words, facts = self.make(rng)
            yield {
                "kind": "codes",
                "rows": codes.shape[0],
                "cols": codes.shape[1],
                "arrays": {"codes": codes.astype(np.int32)},
                "expect": {"words": words},
                "differs": None,
                **facts,
            }


def write(oracles, seed, folder, wanted, facts):
    """Writes the cases of all oracles whose recipe begins with one of the wanted words, and an index of them."""
    folder = Path(folder)
    index = []
    failed = []
    for oracle in oracles:
        if wanted and not any(oracle.recipe.startswith(word) for word in wanted):
            continue
        try:
            cases = list(oracle.cases(seed))
        except Exception as e:  # the original refused or is not installed: told, never passed over
            failed.append({"recipe": oracle.recipe, "original": oracle.original, "why": f"{type(e).__name__}: {e}"})
            continue
        for case in cases:
            case["recipe"] = oracle.recipe
            case["original"] = oracle.original
            case["what"] = type(oracle).__name__.lower()
            for group in ("arrays", "expect"):
                for name, data in case[group].items():
                    data = np.ascontiguousarray(data)
                    if name in ("codes", "words") and data.dtype != np.uint8:
                        data = data.astype(np.int32)
                    file = f"{len(index):05d}.{group}.{name.replace(':', '.')}"
                    (folder / file).write_bytes(data.tobytes())
                    case[group][name] = file
            index.append(case)
    (folder / "cases.json").write_text(json.dumps({"seed": seed, **facts, "failed": failed, "cases": index}, indent=1))
    return index, failed
