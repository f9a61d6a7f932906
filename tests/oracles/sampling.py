"""What transformers' logits processors keep, and what its generate() writes: sampling.py OUT MODELS

OUT is vectors/sampling.json; MODELS the folder that models.py wrote. Each case: logits, temperature, top-k, top-p, and the
probabilities of the tokens that may be drawn (softmax of what the processors leave; 0 for what they take away).
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

import models

SETTINGS = [(1.0, 0, 1.0), (0.7, 0, 1.0), (2.5, 0, 1.0), (1.0, 5, 1.0), (0.6, 1, 1.0), (1.0, 100, 1.0), (1.0, 0, 0.9)]
SETTINGS += [(1.0, 0, 0.3), (1.0, 0, 1e-6), (0.8, 10, 0.8), (1.5, 7, 0.95), (0.3, 40, 0.5)]


def inputs():
    rng = np.random.default_rng(5)
    yield "bell", 3 * rng.standard_normal(32)
    yield "flat", 0.01 * rng.standard_normal(32)
    yield "spike", np.where(np.arange(32) == 9, 20, rng.standard_normal(32))
    yield "ties", np.round(2 * rng.standard_normal(32))
    yield "taken away", np.where(np.arange(32) % 3 == 0, -np.inf, rng.standard_normal(32))


def case(name, logits, temperature, top_k, top_p):
    processors = LogitsProcessorList([TemperatureLogitsWarper(temperature)])
    if top_k:
        processors.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        processors.append(TopPLogitsWarper(top_p))
    x = torch.tensor(logits.astype(np.float32))
    left = torch.softmax(processors(None, x[None].clone())[0].double(), -1)
    number = [str(v) if np.isinf(v) else float(v) for v in x.numpy()]
    settings = {"temperature": temperature, "topK": top_k, "topP": top_p}
    return {"name": name, "logits": number} | settings | {"left": [float(f"{v:.9g}") for v in left.tolist()]}


def ambiguous(name, top_k, top_p):
    """Which of equal logits top-p takes away hangs on the order of an unstable sort."""
    return name == "ties" and top_p < 1


def greedy(folder, name):
    model = models.load(folder / name, folder / name)
    prompt = torch.tensor([models.TEXTS[1]])
    with torch.no_grad():
        mask = torch.ones_like(prompt)
        found = model.generate(prompt, attention_mask=mask, max_new_tokens=24, do_sample=False, eos_token_id=None)
    return {"model": name, "prompt": models.TEXTS[1], "tokens": found[0, prompt.shape[1] :].tolist()}


def main(out, folder):
    cases = [
        case(name, logits, *settings)
        for name, logits in inputs()
        for settings in SETTINGS
        if not ambiguous(name, *settings[1:])
    ]
    texts = [greedy(folder, name) for name in ("llama", "smollm", "gpt2", "opt")]
    found = {"versions": models.versions(), "cases": cases, "greedy": texts}
    lines = ",\n".join(json.dumps(key) + ": " + dump(value) for key, value in found.items())
    out.write_text("{\n" + lines + "\n}\n")


def dump(value):
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
