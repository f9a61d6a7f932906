"""SmolLM2-135M's shape in transformers, float32 at one thread: tokens per second of CPU time, as JSON.

    python prompt.py 512        # a prompt of 512 tokens, and single tokens after it
"""

import json
import logging
import statistics
import sys
import time

logging.disable(logging.WARNING)  # torch's own about its parts

import torch  # noqa: E402
import transformers  # noqa: E402

length = int(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(1)
config = transformers.LlamaConfig(
    vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
    num_key_value_heads=3, tie_word_embeddings=True, max_position_embeddings=8192)
model = transformers.LlamaForCausalLM(config).eval()
tokens = torch.tensor([[i * 7919 % config.vocab_size for i in range(length)]])


def per_second(count, work):
    began = time.process_time()
    result = work()
    return count / (time.process_time() - began), result


prompts, singles = [], []
with torch.inference_mode():
    for _ in range(6):
        speed, out = per_second(length, lambda: model(tokens, use_cache=True, logits_to_keep=1))
        prompts.append(speed)
    for _ in range(32):
        speed, _ = per_second(1, lambda: model(tokens[:, :1], past_key_values=out.past_key_values, use_cache=True))
        singles.append(speed)
# The first of each only warm up.
print(json.dumps({
    "prompt": statistics.median(prompts[1:]),
    "token": statistics.median(singles[4:]),
    "versions": f"torch {torch.__version__}, transformers {transformers.__version__}",
}))
