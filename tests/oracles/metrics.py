"""Known answers for the metrics: metrics.py FILE writes quant-lib/src/test/resources/vectors/metrics.json

Distributions by numpy in float64, tests of significance by statsmodels and scipy, rolling windows by lm-eval's own
function, BLEU by sacrebleu. The models are tables: logits are A[token] + B[first token of the window] + C[position],
added in float32 from left to right, so that they depend on all that a window is.
"""

import base64
import importlib.metadata
import json
import re
import sys

import numpy as np
import sacrebleu
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window
from scipy.stats import binom, chi2
from statsmodels.stats.contingency_tables import mcnemar

VOCABULARY = 53  # no multiple of 16
LONGEST = 64


def encoded(x):
    return base64.b64encode(np.ascontiguousarray(x).astype("<" + x.dtype.str[1:]).tobytes()).decode()


class Table:
    def __init__(self, a, b, c):
        self.a, self.b, self.c = a, b, c

    def log_probabilities(self, window):
        window = np.asarray(window)
        logits = (self.a[window] + self.b[window[0]][None, :]) + self.c[: len(window)]
        x = logits.astype(np.float64)
        m = x.max(axis=1, keepdims=True)
        return x - m - np.log(np.exp(x - m).sum(axis=1, keepdims=True))


def tables(rng):
    a = rng.normal(0, 2.5, (VOCABULARY, VOCABULARY)).astype(np.float32)
    b = rng.normal(0, 0.8, (VOCABULARY, VOCABULARY)).astype(np.float32)
    c = rng.normal(0, 0.8, (LONGEST, VOCABULARY)).astype(np.float32)
    near = (a + rng.normal(0, 0.3, a.shape)).astype(np.float32)
    return Table(a, b, c), Table(near, b, c)


def scored_windows(protocol, tokens, window, stride, bos, adds_bos, eos):
    """(input, targets) pairs; the targets follow the last positions of the input."""
    pairs = []
    if protocol == "llama.cpp":  # tools/perplexity/perplexity.cpp
        ids = ([bos] if adds_bos else []) + tokens
        for chunk in range(len(ids) // window):
            part = ids[chunk * window : (chunk + 1) * window]
            if adds_bos:
                part[0] = bos
            first = window // 2
            pairs.append((part[:-1], part[first + 1 :]))
    elif protocol == "gptq":  # gptq/llama.py, llama_eval
        ids = ([bos] if adds_bos else []) + tokens
        for i in range(len(ids) // window):
            part = ids[i * window : (i + 1) * window]
            pairs.append((part[:-1], part[1:]))
    elif protocol == "lm-eval":
        prefix = bos if bos is not None else eos
        for pair in map(make_disjoint_window, get_rolling_token_windows(tokens, prefix, window, 1)):
            context, continuation = pair
            whole = (list(context) + list(continuation))[-(window + 1) :]
            pairs.append((whole[:-1], list(continuation)))
    elif protocol == "sliding":  # transformers, docs/source/en/perplexity.md
        ids = ([bos] if adds_bos else []) + tokens
        before = 0
        for begin in range(0, len(ids), stride):
            end = min(begin + window, len(ids))
            part = ids[begin:end]
            count = min(end - before, len(part) - 1)  # the shift in the model's loss takes a window's first token away
            pairs.append((part[:-1], part[len(part) - count :]))
            before = end
            if end == len(ids):
                break
    return pairs


def losses(table, pairs):
    found = []
    for window, targets in pairs:
        log = table.log_probabilities(window)[-len(targets) :]
        found.append([-float(log[i, t]) for i, t in enumerate(targets)])
    return found


def perplexities(rng, table):
    cases = []
    for protocol, window, stride, length in (
        ("llama.cpp", 16, 16, 100),
        ("llama.cpp", 9, 9, 100),
        ("gptq", 32, 32, 100),
        ("lm-eval", 16, 16, 100),
        ("lm-eval", 16, 16, 96),
        ("lm-eval", 64, 64, 20),
        ("sliding", 32, 12, 100),
        ("sliding", 64, 64, 100),
        ("sliding", 32, 1, 50),
    ):
        for bos, adds_bos in ((None, False), (1, True)):
            tokens = rng.integers(3, VOCABULARY, length).tolist()
            parts = losses(table, scored_windows(protocol, tokens, window, stride, bos, adds_bos, 2))
            all_losses = np.array(sum(parts, []))
            nll = all_losses.mean()
            error = np.sqrt((np.mean(all_losses**2) - nll**2) / (len(all_losses) - 1))
            cases.append(
                {
                    "protocol": protocol,
                    "window": window,
                    "stride": stride,
                    "bos": bos,
                    "addsBos": adds_bos,
                    "tokens": tokens,
                    "scored": [len(p) for p in parts],
                    "nll": nll,
                    "error": error,
                    "perplexity": np.exp(nll),
                    "running": [np.exp(np.mean(sum(parts[: k + 1], []))) for k in range(len(parts))],
                }
            )
    return cases


def divergence(rng, base, other):
    """As tools/perplexity/perplexity.cpp, kl_divergence(), on unclipped distributions."""
    tokens = rng.integers(0, VOCABULARY, 32 * 6).tolist()
    pairs = scored_windows("llama.cpp", tokens, 32, 32, None, False, 2)
    kl, delta, same, before, after, entropy = [], [], [], [], [], []
    for window, targets in pairs:
        p = base.log_probabilities(window)[-len(targets) :]
        q = other.log_probabilities(window)[-len(targets) :]
        kl += np.sum(np.exp(p) * (p - q), axis=1).tolist()
        entropy += (-np.sum(np.exp(q) * q, axis=1)).tolist()
        for i, t in enumerate(targets):
            delta.append(np.exp(q[i, t]) - np.exp(p[i, t]))
            before.append(-p[i, t])
            after.append(-q[i, t])
            same.append(p[i].argmax() == q[i].argmax())
    kl, delta, before, after = map(np.array, (kl, delta, before, after))
    n = len(kl)

    def error(x):
        return float(np.sqrt((np.mean(x**2) - np.mean(x) ** 2) / (n - 1)))

    covariance = (np.mean(before * after) - before.mean() * after.mean()) / (n - 1)
    log_ratio = after.mean() - before.mean()
    log_ratio_error = np.sqrt(error(before) ** 2 + error(after) ** 2 - 2 * covariance)
    x, y = np.exp(before.mean()), np.exp(after.mean())
    rms = np.sqrt(np.mean(delta**2))
    share = np.mean(same)
    shares = [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]
    return {
        "tokens": tokens,
        "window": 32,
        "kl": kl.mean(),
        "klError": error(kl),
        "klQuantiles": np.quantile(kl, shares).tolist(),
        "deltaP": 100 * delta.mean(),
        "deltaPError": 100 * error(delta),
        "deltaPQuantiles": (100 * np.quantile(delta, shares)).tolist(),
        "rms": 100 * rms,
        "rmsError": 100 * 0.5 / rms * error(delta**2),
        "sameTop": share,
        "sameTopError": np.sqrt(share * (1 - share) / (n - 1)),
        "entropy": np.mean(entropy),
        "logRatio": log_ratio,
        "logRatioError": log_ratio_error,
        "ratio": np.exp(log_ratio),
        "ratioError": np.exp(log_ratio) * log_ratio_error,
        "difference": y - x,
        "differenceError": np.sqrt((x * error(before)) ** 2 + (y * error(after)) ** 2 - 2 * x * y * covariance),
        "correlation": covariance / (error(before) * error(after)),
    }


def mcnemars():
    cases = []
    for lost, gained in ((0, 0), (1, 0), (0, 5), (3, 9), (9, 3), (12, 12), (10, 15), (24, 0), (40, 22), (100, 141), (5000, 5200), (30, 31)):
        table = [[50, lost], [gained, 60]]
        exact = mcnemar(table, exact=True)
        case = {"lost": lost, "gained": gained, "exact": float(exact.pvalue), "statistic": None, "chi": None}
        assert abs(exact.pvalue - min(1, 2 * binom.cdf(min(lost, gained), lost + gained, 0.5))) < 1e-12
        if lost + gained:
            chi = mcnemar(table, exact=False, correction=True)
            case.update(statistic=float(chi.statistic), chi=float(chi.pvalue))
        cases.append(case)
    return {"cases": cases, "chiSquared": [[x, float(chi2.sf(x, 1))] for x in (1e-8, 0.01, 0.5, 1, 2.9, 3, 3.1, 5, 10, 30, 80, 400)]}


HARD = [
    "The quick brown fox, aged 3.5 years, jumped over 1,000 dogs.",
    'She said: "It\'s 12:30 - time to go!" (really?)',
    "A&amp;B &lt;tag&gt; &quot;quoted&quot; <skipped>text",
    "Well-known co-\noperation in 1990-95 cost $5.00/kg; 50% off.",
    "Zażółć gęślą jaźń — naïve café… 日本語 の テスト。",
    "e-mail me@example.org [now] {or} ~never~ `code` a|b ^ _x_ \\",
    "tabs\tand\u00a0no-break\u2003spaces  doubled   \n",
    "U.S.A. vs. U.K., 3,14 and .5, 5. end.",
    "emoji 😀😀 and math x=3*(y+2)",
    "",
]


def bleus(rng):
    words = "the a cat dog sat ran on under mat tree , . and with of 12 3.5 it's".split()

    def sentence(count):
        return " ".join(rng.choice(words, count))

    def disturbed(text, share):
        return " ".join(w if rng.random() > share else str(rng.choice(words)) for w in text.split())

    cases = [([h], [[h]]) for h in HARD]
    cases.append((HARD, [[h[::-1]] for h in HARD]))
    cases.append((HARD, [[disturbed(h, 0.3), h[: len(h) // 2] + " more"] for h in HARD]))
    cases.append((["a b"], [["a b c d e"]]))
    cases.append((["nothing alike here at all"], [["wholly other words stand there"]]))
    cases.append((["the cat sat on the mat"], [["the cat ran on a mat", "a cat sat under the mat today"]]))
    for share in (0.1, 0.3, 0.6):
        references = [sentence(int(rng.integers(5, 25))) for _ in range(12)]
        cases.append(([disturbed(r, share) for r in references], [[r] for r in references]))
    found = []
    for texts, references in cases:
        streams = [[r[i] if i < len(r) else None for r in references] for i in range(max(map(len, references)))]
        score = sacrebleu.corpus_bleu(texts, streams)
        found.append(
            {
                "texts": texts,
                "references": references,
                "score": score.score,
                "precisions": score.precisions,
                "counts": score.counts,
                "totals": score.totals,
                "penalty": score.bp,
                "length": score.sys_len,
                "referenceLength": score.ref_len,
            }
        )
    tokenizer = sacrebleu.metrics.BLEU().tokenizer
    return {"cases": found, "words": [[h, tokenizer(h.rstrip()).split()] for h in HARD]}


def main():
    rng = np.random.default_rng(5)
    base, other = tables(rng)
    texts = ["one two  three", " lead", "trail \n", "", "a\u00a0b\u2028c\x1cd\x85e\u3000f", "no_blank"]
    content = {
        "about": "made by tests/oracles/metrics.py",
        "versions": {p: importlib.metadata.version(p) for p in ("numpy", "scipy", "statsmodels", "sacrebleu", "lm_eval")},
        "vocabulary": VOCABULARY,
        "longest": LONGEST,
        "a": encoded(base.a),
        "b": encoded(base.b),
        "c": encoded(base.c),
        "near": encoded(other.a),
        "perplexities": perplexities(rng, base),
        "divergence": divergence(rng, base, other),
        "mcnemar": mcnemars(),
        "bleu": bleus(rng),
        "wordCounts": [[t, len(re.split(r"\s+", t))] for t in texts],
        "exp": [[x, float(np.exp(np.float64(x)))] for x in rng.uniform(-700, 1, 200).tolist()],
    }
    with open(sys.argv[1], "w") as out:
        json.dump(content, out, indent=1, default=float)
        out.write("\n")


if __name__ == "__main__":
    main()
