"""Makes tiny vocabularies of every kind, and what the original software makes of odd texts with them.

    python tests/oracles/vocabularies.py quant-lib/src/test/resources/tokenizers

Needs tokenizers, sentencepiece, protobuf, gguf and llama-cpp-python. The files are committed; running it again with
the same versions writes the same bytes.
"""

import hashlib
import json
import random
import shutil
import sys
import unicodedata
from importlib.metadata import version
from pathlib import Path

import gguf
import llama_cpp
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = (
    "The quick brown fox jumps over the lazy dog. A number format is a promise: so many bits, so much error.\n"
    "Weights are grouped by 32, 64 or 128; a scale of 0.0125 and a zero point of 7 restore them.\n"
    "It's what we've measured, isn't it? They'll say they'd known; I'm sure you're right. IT'S LOUD.\n"
    "def f(x):\n    return x ** 2  # square\n\n\tif x != 3: pass\n"
    "Größe, Übung, naïve café, señor, žluťoučký kůň, İstanbul, ﬁne ﬂow, Ωmega.\n"
    "你好，世界。量化误差很小。これはテストです。カタカナとひらがな。한국어 문장입니다.\n"
    "Привет, мир! Ошибка квантования. שלום עולם. مرحبا بالعالم ١٢٣. नमस्ते दुनिया १२३.\n"
    "2026-11-21 12:34:56.789 +1,234,567.89 €5 £6 ¥7 100% #1 @home a/b\\c ~!$^&*()_+-={}[]|;:'\",.<>?\n"
    "😀 👍🏽 👨‍👩‍👧‍👦 🇩🇪 ❤️ → ≤ ½ ² Ⅻ 𝒳 𐐷\n"
    "<html><body class=\"x\">&nbsp;</body></html> https://example.org/a?b=c&d=e#f\n"
    "one  two   three    four     five\ttab\t\ttabs\r\nline\r\n\r\nend\n"
)

FIXED = [
    "", " ", "  ", "   ", "\n", "\n\n", " \n", "\n ", "\t", "\r\n", "\r", " \r\n \r\n", "a", " a", "a ", "  a  b  ",
    "Hello, world!", "  Hello  world  ", "hello world", "HELLO WORLD", "I'm you're we'll they've he'd it's can't",
    "I'M YOU'RE WE'LL THEY'VE HE'D IT'S CAN'T", "'s 't 're", "''s", "don''t", "line1\nline2\n\n  line3\n",
    "1234567", "1 22 333 4444 55555", "3.14159", "1,234,567.89", "0x1F", "²³ ½ Ⅻ ٣٤ १२", "v1.2.3-rc4",
    "def f(x):\n    return x**2  # square\n\n\tif x != 3: pass\n", "a\tb\t\tc", "trailing   ", "   leading",
    " " * 17 + "x" + " " * 33, "\n" * 9, "\t" * 5 + "x", "a" * 40, "aA" * 9, "ababababa", "....", "!!!???", "--- *** ===",
    "你好，世界。", "これはテストです。", "한국어 문장", "mixed 中文 and English 混合", "Привет, мир!", "Здравствуйте",
    "مرحبا بالعالم", "שלום עולם", "नमस्ते दुनिया", "สวัสดีชาวโลก", "ᚠᛇᚻ", "Ⴀ", "żółć", "Größe ÜBUNG ß ẞ",
    "café", "cafe\u0301", "e\u0301\u0302\u0303", "n\u0303o\u0308", "\u0301x", "ﬁ ﬂ Ａｂｃ １２３", "Å \u212b \u2126",
    "İi ıI ſs K", "😀", "😀😀", "👍🏽", "👨‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "❤️ ❤", "a😀b", "𝒳𝒴", "𐐷", "𠀀𠀁", "\U0010fffd",
    "\ufeffbom\u200bzero\u2028sep\u0085nel", "a\u00a0b", "a\u3000b", "\u2003em", "\u200d", "\u00ad", "\u202eabc\u202c",
    "a\x00b", "\x00", "\x01\x02\x7f", "\x1b[31mred\x1b[0m", "\ufffd", "a\ufffdb\ufffd\ufffd", "\ue000\uf8ff", "\ufffe",
    "▁", "▁▁a", "a▁b", "Ġ", "ĠĊ", "<0x0A>", "<0xFF>", "<unk>x", "<s>", "</s>", "<s>a</s>", "<|im_start|>user\nHi<|im_end|>\n",
    "a<|im_start|>b", " <|im_start|> ", "<|im_start|", "<|im_start|><|im_start|>", "<|IM_START|>", "x<tool>y", " <tool> z",
    "<tool><tool>", "https://example.org/a?b=c&d=e#f", "user@example.org", "C:\\a\\b", "<html>&nbsp;</html>",
    "{\"a\": [1, 2.5, null]}", "$x^2 + y_1$", "a/b\\c|d", "__init__", "camelCaseWord", "SNAKE_CASE", "kebab-case-word",
    "«quoted» “quotes” ‘single’ — – …", "5€ £6 ¥7", "x\u0300\u0301\u0302\u0303\u0304y", "a\u200db", "\u0e33", "각", "가",
    "The quick brown fox jumps over the lazy dog.", "the the the", "quantization", "antidisestablishmentarianism",
]  # fmt: skip


def strings():
    """The fixed texts, and random ones from a pool of odd characters."""
    rng = random.Random(20261121)
    pool = list("abcdeXYZ019 .,'\n\t") + ["  ", "é", "e\u0301", "ß", "中", "の", "한", "я", "ש", "م", "😀", "\u200d", "▁", "'s",
            "the", " of", "\r\n", "½", "٣", "\x00", "\ufffd", "<s>", "<|im_start|>", "<tool>", "\u00a0", "𝒳"]  # fmt: skip
    texts = list(FIXED)
    for _ in range(60):
        texts.append("".join(rng.choice(pool) for _ in range(rng.randrange(1, 24))))
    return list(dict.fromkeys(texts))


TEXTS = strings()
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace('},{"text"', '},\n{"text"') + "\n")


def llama_ids(file, texts, special):
    model = llama_cpp.Llama(model_path=str(file), vocab_only=True, verbose=False)
    return [model.tokenize(t.encode(), add_bos=False, special=special) for t in texts]


def add_vocabulary(writer, tokens, types, scores=None, merges=None):
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if scores is not None:
        writer.add_token_scores(scores)
    if merges is not None:
        writer.add_token_merges(merges)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def byte_level(out):
    """One vocabulary of byte-level BPE as tokenizer.json, as vocab.json with merges.txt, and in a GGUF file."""
    out.mkdir(parents=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700, min_frequency=1, special_tokens=[AddedToken(s, special=True, normalized=False) for s in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)  # fmt: skip
    tokenizer.train_from_iterator([CORPUS], trainer)
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A", special_tokens=[("<|im_start|>", tokenizer.token_to_id("<|im_start|>"))])  # fmt: skip
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    saved = json.loads(tokenizer.to_str())
    merges = [m if isinstance(m, str) else " ".join(m) for m in saved["model"]["merges"]]
    separate = out / "separate"
    separate.mkdir()
    (separate / "vocab.json").write_text(json.dumps(saved["model"]["vocab"], ensure_ascii=False))
    (separate / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    (separate / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "GPT2Tokenizer", "bos_token": "<|im_start|>", "eos_token": "<|im_end|>",
        "unk_token": "<|endoftext|>", "add_bos_token": True, "add_prefix_space": False}))  # fmt: skip
    (separate / "added_tokens.json").write_text(json.dumps({"<tool>": tokenizer.token_to_id("<tool>")}))
    (out / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}))  # fmt: skip

    size = tokenizer.get_vocab_size()
    tokens = [tokenizer.id_to_token(i) for i in range(size)]
    types = [3 if t in SPECIAL else 4 if t == "<tool>" else 1 for t in tokens]
    writer = gguf.GGUFWriter(str(out / "tokenizer.gguf"), "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    add_vocabulary(writer, tokens, types, merges=merges)
    writer.add_bos_token_id(tokenizer.token_to_id("<|im_start|>"))
    writer.add_eos_token_id(tokenizer.token_to_id("<|im_end|>"))
    writer.add_add_bos_token(True)
    finish(writer)

    plain = llama_ids(out / "tokenizer.gguf", TEXTS, False)
    llama = llama_ids(out / "tokenizer.gguf", TEXTS, True)
    expected = []
    for i, text in enumerate(TEXTS):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        if ids != llama[i]:
            print("byte-level: tokenizers and llama.cpp differ on", repr(text), ids, llama[i])
        expected.append({"text": text, "ids": ids, "plain": plain[i]})
    write_json(out / "expected.json", {"versions": versions("tokenizers", "llama-cpp-python"), "texts": expected})


PRE = [
    "default", "gpt-2", "smollm", "llama-bpe", "glm4", "dbrx", "qwen2", "stablelm2", "qwen35", "seed-coder", "bailingmoe",
    "tekken", "gpt-4o", "deepseek-llm", "deepseek-coder", "deepseek-v3", "falcon", "bloom", "viking",
]  # fmt: skip

# Ways that llama.cpp only approximates outside of ASCII: what the models' own tokenizer.json says.
CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SMALL = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
LARGE = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
# Expressions one after the other, after composing (NFC) or not.
REST = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = r"\s*[\r\n]+|\s+(?!\S)|\s+"
OWN = {
    "qwen2": (True, CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + QWEN),
    "qwen35": (True, CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + QWEN),
    "tekken": (False, f"{SMALL}|{LARGE}|" + r"\p{N}|" + REST),
    "gpt-4o": (False, f"{SMALL}{CONTRACTIONS}?|{LARGE}{CONTRACTIONS}?|" + r"\p{N}{1,3}|" + REST),
    "deepseek-coder": (False, "[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-\ud7ff]+", r"\p{N}"),
}


def own(pre, tokens, merges):
    """A tokenizer with a model's own rules."""
    composes, *expressions = OWN[pre]
    vocabulary = {t: i for i, t in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(m.split(" ")) for m in merges], ignore_merges=pre == "tekken"))
    if composes:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        *[pre_tokenizers.Split(Regex(e), "isolated") for e in expressions],
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])  # fmt: skip
    return tokenizer


def is_odd(text):
    """Whether it has combining marks, characters that NFC changes, or capitals or spaces that are not ASCII."""
    kinds = {unicodedata.category(c)[:2] for c in text if c > "\x7f"}
    return unicodedata.normalize("NFC", text) != text or bool(kinds & {"Mn", "Mc", "Me", "Lu", "Lt", "Zs", "Zl", "Zp", "Cf"})


def ways(out):
    """One vocabulary whose merges cross words, numbers and lines, cut in every way that GGUF files have names for."""
    out.mkdir(parents=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"[\s\S]{1,9}"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])  # fmt: skip
    texts = [t for t in TEXTS if "<" not in t and t]
    trainer = trainers.BpeTrainer(
        vocab_size=2600, min_frequency=1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([CORPUS, CORPUS[3:], CORPUS[6:], *texts], trainer)
    saved = json.loads(tokenizer.to_str())
    merges = [m if isinstance(m, str) else " ".join(m) for m in saved["model"]["merges"]]
    tokens = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    (out / "vocabulary.json").write_text(
        json.dumps({"tokens": tokens, "merges": merges}, ensure_ascii=True, separators=(",", ":")) + "\n")
    names = {}
    for pre in PRE:
        file = out / "work.gguf"
        writer = gguf.GGUFWriter(str(file), "llama")
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        add_vocabulary(writer, tokens, [1] * len(tokens), merges=merges)
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(0)
        finish(writer)
        found = llama_ids(file, texts, False)
        if pre in OWN:
            tokenizer = own(pre, tokens, merges)
            for i, text in enumerate(texts):
                ids = tokenizer.encode(text).ids
                if ids != found[i] and not is_odd(text):
                    print(pre, "tokenizers and llama.cpp differ on", repr(text), ids, found[i])
                found[i] = ids if is_odd(text) else found[i]
        names[pre] = [hash_of(ids) for ids in found]
        if pre == "deepseek-llm":  # whose list of letters is not repeated here; llama.cpp knows only ASCII's spaces
            names[pre] = ["" if is_odd(text) else h for h, text in zip(names[pre], texts)]
        file.unlink()
    (out / "expected.json").write_text(
        json.dumps({"versions": versions("llama-cpp-python", "tokenizers"), "texts": texts, "hashes": names}).replace("], ", "],\n") + "\n")
    print("ways:", len(set(map(tuple, names.values()))), "different among", len(PRE))


def hash_of(ids):
    """The first 8 hexadecimal digits of the SHA-256 of little-endian 32-bit numbers."""
    return hashlib.sha256(b"".join(i.to_bytes(4, "little") for i in ids)).hexdigest()[:8]


def sentence_piece(out, kind, **options):
    """A vocabulary of SentencePiece: tokenizer.model, and for BPE the same in a GGUF file."""
    out.mkdir(parents=True)
    corpus = out / "corpus.txt"
    corpus.write_text(CORPUS * 3)
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(out / "tokenizer"), model_type=kind, byte_fallback=True,
        hard_vocab_limit=False, minloglevel=2, num_threads=1, **options)  # fmt: skip
    corpus.unlink()
    (out / "tokenizer.vocab").unlink()
    model = sentencepiece.SentencePieceProcessor(model_file=str(out / "tokenizer.model"))
    expected = [{"text": t, "plain": model.encode(t)} for t in TEXTS]
    names = ["sentencepiece"]
    if kind == "bpe":
        size = model.get_piece_size()
        pieces = [model.id_to_piece(i) for i in range(size)]
        types = [
            2 if model.is_unknown(i) else 3 if model.is_control(i) else 6 if model.is_byte(i) else 5 if model.is_unused(i) else
            4 if pieces[i] in options.get("user_defined_symbols", []) else 1 for i in range(size)]  # fmt: skip
        # The symbols of one's own are looked for in the text as it comes, so a GGUF file spells them with spaces.
        pieces = [p.replace("▁", " ") if t == 4 else p for p, t in zip(pieces, types)]
        writer = gguf.GGUFWriter(str(out / "tokenizer.gguf"), "llama")
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        add_vocabulary(writer, pieces, types, scores=[model.get_score(i) for i in range(size)])
        writer.add_bos_token_id(model.bos_id())
        writer.add_eos_token_id(model.eos_id())
        writer.add_unk_token_id(model.unk_id())
        writer.add_add_space_prefix(options.get("add_dummy_prefix", True))
        finish(writer)
        plain = llama_ids(out / "tokenizer.gguf", TEXTS, False)
        for entry, ids, other in zip(expected, llama_ids(out / "tokenizer.gguf", TEXTS, True), plain):
            entry["ids"] = ids
            if other != entry["plain"]:
                entry["gguf"] = other
                print(out.name, "sentencepiece and llama.cpp differ on", repr(entry["text"]), entry["plain"], other)
        names.append("llama-cpp-python")
    write_json(out / "expected.json", {"versions": versions(*names), "texts": expected})


def published(out, source):
    """The same vocabulary as transformers publishes it, tokenizer.json, and what the original makes of texts with that."""
    from sentencepiece import sentencepiece_model_pb2 as proto

    out.mkdir(parents=True)
    message = proto.ModelProto()
    message.ParseFromString((source / "tokenizer.model").read_bytes())
    pieces = [(p.piece, p.score) for p in message.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(message.normalizer_spec.precompiled_charsmap),
        normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ("<unk>", "<s>", "</s>")])
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False)])
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    expected = [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False).ids} for t in TEXTS]
    write_json(out / "expected.json", {"versions": versions("tokenizers"), "texts": expected})


def versions(*names):
    return {name: version(name) for name in names}


def main():
    out = Path(sys.argv[1])
    for name in ("byte-level", "ways", "sentencepiece-bpe", "sentencepiece-plain", "unigram", "unigram-published"):
        shutil.rmtree(out / name, ignore_errors=True)
    byte_level(out / "byte-level")
    ways(out / "ways")
    # As Llama 2: nothing is normalized, a space in front. As Gemma: none in front, and symbols of one's own.
    bpe = {"vocab_size": 900, "normalization_rule_name": "identity", "remove_extra_whitespaces": False, "character_coverage": 0.99}
    sentence_piece(out / "sentencepiece-bpe", "bpe", **bpe)
    sentence_piece(out / "sentencepiece-plain", "bpe", add_dummy_prefix=False, user_defined_symbols=["<tool>", "▁▁"], **bpe)
    sentence_piece(out / "unigram", "unigram", vocab_size=700, normalization_rule_name="nmt_nfkc", character_coverage=0.99)
    published(out / "unigram-published", out / "unigram")


if __name__ == "__main__":
    main()
