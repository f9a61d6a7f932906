"""A small random llama model, and llama.cpp's verdict on a quantized copy of it.

llama.py make FILE SEED                 writes the model, all weights float32
llama.py judge MODEL COPY FTYPE WORK    quantizes MODEL by llama.cpp itself ("pure", FTYPE as Q4_K_M: the file type), loads
                                        both in llama.cpp and prints one JSON line: tensors that differ, logits that differ
llama.py load MODEL COPY TYPE           for types that it does not quantize files to: compares with ggml_quantize_chunk, and
                                        loads the copy
"""

import ctypes
import json
import sys
from pathlib import Path

import gguf
import llama_cpp
import numpy as np

EMBEDDING, FEED, HEADS, LAYERS, VOCABULARY = 256, 512, 4, 2, 512
TOKENS = [1 + 37 * i % (VOCABULARY - 1) for i in range(24)]


def make(file, seed):
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("random")
    writer.add_context_length(64)
    writer.add_embedding_length(EMBEDDING)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("no_vocab")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)

    def weight(name, rows, cols):
        scale = 1 / np.sqrt(cols)
        x = rng.standard_t(5, (rows, cols)) * scale
        writer.add_tensor(name, x.astype(np.float32))

    def norm(name):
        writer.add_tensor(name, (1 + rng.normal(0, 0.1, EMBEDDING)).astype(np.float32))

    weight("token_embd.weight", VOCABULARY, EMBEDDING)
    norm("output_norm.weight")
    weight("output.weight", VOCABULARY, EMBEDDING)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        norm(block + "attn_norm.weight")
        norm(block + "ffn_norm.weight")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weight(f"{block}{name}.weight", EMBEDDING, EMBEDDING)
        weight(block + "ffn_gate.weight", FEED, EMBEDDING)
        weight(block + "ffn_up.weight", FEED, EMBEDDING)
        weight(block + "ffn_down.weight", EMBEDDING, FEED)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantize(model, copy, ftype):
    """llama.cpp's own llama_model_quantize, every matrix in the same type."""
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = getattr(llama_cpp, "LLAMA_FTYPE_MOSTLY_" + ftype)
    params.pure = True
    params.nthread = 1
    status = llama_cpp.llama_model_quantize(str(model).encode(), str(copy).encode(), ctypes.byref(params))
    assert status == 0, f"llama_model_quantize: {status}"


def tensors(file):
    return {t.name: (t.tensor_type.name, t.data.tobytes()) for t in gguf.GGUFReader(file).tensors}


def logits(file, tokens):
    """Logits of a forward pass in llama.cpp, one row per token."""
    model = llama_cpp.llama_model_load_from_file(str(file).encode(), llama_cpp.llama_model_default_params())
    assert model, f"llama.cpp does not load {file}"
    params = llama_cpp.llama_context_default_params()
    params.n_ctx, params.n_threads, params.n_threads_batch = 64, 1, 1
    context = llama_cpp.llama_init_from_model(model, params)
    batch = llama_cpp.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for i, token in enumerate(tokens):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = token, i, 1, 0, 1
    assert llama_cpp.llama_decode(context, batch) == 0
    count = len(tokens) * VOCABULARY
    found = np.ctypeslib.as_array(llama_cpp.llama_get_logits(context), (count,)).copy()
    llama_cpp.llama_batch_free(batch)
    llama_cpp.llama_free(context)
    llama_cpp.llama_model_free(model)
    return found


def judge(model, copy, ftype, work):
    theirs = Path(work) / f"{ftype}.gguf"
    quantize(model, theirs, ftype)
    a, b, f32 = tensors(copy), tensors(theirs), tensors(model)
    # What is kept as it was is a choice of who quantizes; what both quantized must be equal.
    both = [n for n in b if n in a and a[n][0] == b[n][0] and b[n][0] != f32[n][0]]
    mine, reference = logits(copy, TOKENS), logits(theirs, TOKENS)
    print(
        json.dumps(
            {
                "names_equal": sorted(a) == sorted(b),
                "quantized_by_both": len(both),
                "different": [n for n in both if a[n][1] != b[n][1]],
                "kept_by_one": sorted(n for n in b if n in a and a[n][0] != b[n][0]),
                "finite": bool(np.isfinite(mine).all()),
                "logits_differ": int((mine.view(np.uint32) != reference.view(np.uint32)).sum()),
                "spread": float(reference.std()),
            }
        )
    )


def load(model, copy, kind):
    import ggml

    ours, f32 = tensors(copy), {t.name: t.data for t in gguf.GGUFReader(model).tensors}
    both = [name for name, (stored, _) in ours.items() if stored == kind]
    different = [n for n in both if ours[n][1] != ggml.encode(kind, np.ascontiguousarray(f32[n])).tobytes()]
    found = logits(copy, TOKENS)
    print(
        json.dumps(
            {
                "names_equal": sorted(ours) == sorted(f32),
                "quantized_by_both": len(both),
                "different": different,
                "kept_by_one": [],
                "finite": bool(np.isfinite(found).all()),
                "logits_differ": 0,
                "spread": float(found.std()),
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "load":
        load(*sys.argv[2:])
    else:
        judge(*sys.argv[2:])
