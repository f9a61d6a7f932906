"""Makes cases with the original software, for the Java side to compare with: generate.py FOLDER SEED [RECIPE-PREFIX…]"""

import importlib.metadata
import sys

import codebooks
import floats
import ggml
import inputs
import integers
from oracle import Decoder, Oracle, Packer, write

CPP = "llama.cpp (llama-cpp-python), "
LONG = [(4, 512), (2, 768), (16, 256)]  # rows that super-blocks of 256 divide
SHORT = [(4, 512), (3, 96), (9, 32)]  # rows that blocks of 32 divide
ROWS64 = [(4, 512), (3, 192), (7, 64)]
ANY = [(4, 512), (3, 97), (2, 1001)]


def gguf(recipe, name, shapes, importance=None, differs=None):
    """Encoders with and without an importance matrix; importance "must" where llama.cpp refuses without one."""
    found = []
    if importance != "must":
        found.append(Oracle(recipe, CPP + "ggml_quantize_chunk", lambda x: {"part:blocks": ggml.encode(name, x)}, shapes))
        found[-1].differs = differs or {}
    if importance:
        found.append(
            Oracle(
                recipe,
                CPP + "ggml_quantize_chunk with importance",
                lambda x, w: {"part:blocks": ggml.encode(name, x, w)},
                shapes,
                importance=True,
                differs=differs or {},
            )
        )
    found.append(Decoder(recipe, CPP + "to_float", lambda rng, rows, cols: gguf_bytes(name, rng, rows, cols), shapes))
    return found


def gguf_bytes(name, rng, rows, cols):
    size, width = ggml.block(name)
    data = rng.integers(0, 256, rows * cols // size * width, dtype="uint8")
    return {"blocks": data}, ggml.decode(name, data, rows * cols)


def reference(recipe, name, function, shapes):
    """Types that hold activations: only a reference function writes them."""
    return [Oracle(recipe, CPP + function, lambda x: {"part:blocks": ggml.encode_reference(name, function, x)}, shapes)]


def all_oracles():
    return [
        # GGUF: recipe, ggml's type, row lengths, whether an importance matrix is taken
        *gguf("q4_0", "Q4_0", SHORT, "may"),
        *gguf("q4_1", "Q4_1", SHORT, "may"),
        *gguf("q5_0", "Q5_0", SHORT, "may"),
        *gguf("q5_1", "Q5_1", SHORT, "may"),
        *gguf("q8_0", "Q8_0", SHORT),
        *reference("q8_1", "Q8_1", "quantize_row_q8_1_ref", SHORT),
        *reference("q8_k", "Q8_K", "quantize_row_q8_K_ref", LONG),
        *gguf("q2_k", "Q2_K", LONG, "may"),
        *gguf("q3_k", "Q3_K", LONG, "may"),
        *gguf("q4_k", "Q4_K", LONG, "may"),
        *gguf("q5_k", "Q5_K", LONG, "may"),
        *gguf("q6_k", "Q6_K", LONG, "may"),
        *gguf("iq4_nl", "IQ4_NL", SHORT, "may"),
        *gguf("iq4_xs", "IQ4_XS", LONG, "may"),
        *gguf(
            "iq3_s",
            "IQ3_S",
            LONG,
            "may",
            {"specials": "behind a sub-block of zeros ggml writes points and signs one sub-block too early; ours puts them where decoders look"},
        ),
        *gguf("iq3_xxs", "IQ3_XXS", LONG, "may"),
        *gguf("iq2_s", "IQ2_S", LONG, "may"),
        *gguf("iq2_xs", "IQ2_XS", LONG, "must"),
        *gguf("iq2_xxs", "IQ2_XXS", LONG, "must"),
        *gguf("iq1_s", "IQ1_S", LONG, "must"),
        *gguf("iq1_m", "IQ1_M", LONG, "must"),
        *gguf("tq1_0", "TQ1_0", LONG),
        *gguf("tq2_0", "TQ2_0", LONG),
        *gguf("q1_0", "Q1_0", [(4, 512), (3, 128)]),
        *gguf("mxfp4:ggml", "MXFP4", SHORT),
        *gguf("nvfp4:ggml", "NVFP4", ROWS64),
        # affine integers
        *[
            Oracle(f"int{bits}:{way}:{words}{tail}", original, run(bits, size, way == "sym"), shapes)
            for bits in (2, 3, 4, 5, 6, 7, 8)
            for way in ("sym", "asym")
            for words, original, run in (
                ("torchao", "torchao choose_qparams_affine, quantize_affine", integers.torchao),
                ("ct", "compressed-tensors calculate_qparams, quantize", integers.compressed_tensors),
            )
            for tail, size, shapes in ((":g32", 32, SHORT), (":row", 0, ANY))
        ],
        Oracle("int4:sym:torchao:tensor", "torchao", integers.torchao(4, -1), ANY),
        Oracle("int8:sym:ct:tensor", "compressed-tensors", integers.compressed_tensors(8, -1), ANY),
        Oracle("int8:torch:row", "torch fake_quantize_per_channel_affine", integers.fake_quantize(8), ANY),
        Oracle("int4:tinygemm:g32:f32", "torchao _choose_qparams_affine_tinygemm", integers.tinygemm(4, 32), SHORT),
        *[Oracle(f"int{bits}:hqq:g64:f32", "hqq Quantizer.quantize", integers.hqq(bits, 64), ROWS64) for bits in (1, 2, 3, 4, 8)],
        Oracle("int8:bnb", "bitsandbytes int8_vectorwise_quant", integers.bitsandbytes_int8, ANY, kinds=[inputs.half]),
        # code books
        *[
            Oracle(f"{recipe}:b{block}", "bitsandbytes quantize_4bit", codebooks.four_bits(kind, block), ANY)
            for recipe, kind in (("nf4", "nf4"), ("bnbfp4", "fp4"))
            for block in (32, 64, 256, 4096)
        ],
        Oracle("nf4:b64:dq:lut", "bitsandbytes quantize_4bit, compress_statistics", codebooks.four_bits("nf4", 64, True), ANY),
        Oracle("bnbfp4:b64:dq:lut", "bitsandbytes quantize_4bit, compress_statistics", codebooks.four_bits("fp4", 64, True), ANY),
        *[Oracle(f"dyn8:b{block}:lut", "bitsandbytes quantize_blockwise", codebooks.dynamic(block), ANY) for block in (256, 4096)],
        # floats
        *[
            Oracle(recipe, "ml_dtypes " + kind, floats.plain(kind), ANY, limit=floats.largest(kind))
            for recipe, kind in (
                ("fp16", "fp16"),
                ("bf16", "bf16"),
                *((f"fp8:{k}:plain", k) for k in ("e4m3", "e5m2", "e4m3fnuz", "e5m2fnuz", "e4m3b11fnuz", "e4m3ieee", "e3m4")),
                ("fp6:e2m3:plain", "e2m3"),
                ("fp6:e3m2:plain", "e3m2"),
                ("fp4:e2m1:plain", "e2m1"),
            )
        ],
        *[
            Oracle(f"fp8:{kind}:{word}", "torchao _quantize_affine_float8", floats.float8(kind, size), shapes)
            for kind in ("e4m3", "e5m2")
            for word, size, shapes in (("tensor", -1, ANY), ("row", 0, ANY), ("g32", 32, SHORT))
        ],
        # microscaling
        *[
            Oracle(f"{element}:torchao:{mode}", "torchao to_mx", floats.mx(element, mode), SHORT)
            for element in floats.ELEMENTS
            for mode in ("floor", "even", "ceil", "rceil")
        ],
        *[
            Oracle(recipe, f"compressed-tensors mxfp{bits}", floats.mx_compressed_tensors(bits), SHORT)
            for recipe, bits in (("mxfp4:ct", 4), ("mxfp6:ct", 6), ("mxfp8:ct", 8))
        ],
        Oracle("nvfp4:torchao", "torchao nvfp4_quantize, two levels", floats.nvfp4_torchao(True), SHORT),
        Oracle("nvfp4:one", "torchao nvfp4_quantize, one level", floats.nvfp4_torchao(False), SHORT),
        Oracle("nvfp4:ct", "compressed-tensors nvfp4-pack-quantized", floats.nvfp4_compressed_tensors, SHORT),
        # packings
        *[Packer(f"pack:compressed-tensors:{b}", "compressed-tensors pack_to_int32", integers.pack_int32(b)) for b in range(1, 9)],
        *[Packer(f"pack:hqq:{b}", "hqq BitPack", integers.pack_hqq(b)) for b in (1, 2, 3, 4, 8)],
    ]


PACKAGES = ["numpy", "ml_dtypes", "gguf", "torch", "bitsandbytes", "torchao", "compressed-tensors", "hqq", "llama_cpp_python"]


def versions():
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def main():
    folder, seed, *wanted = sys.argv[1:]
    cases, failed = write(all_oracles(), int(seed), folder, wanted, {"packages": versions()})
    print(f"{len(cases)} cases of {len({c['recipe'] for c in cases})} recipes, seed {seed}")
    for f in failed:
        print(f"not made: {f['recipe']} ({f['original']}): {f['why']}")


if __name__ == "__main__":
    main()
