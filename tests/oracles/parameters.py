"""Counts the parameters of the shapes in shapes.json: parameters.py SHAPES

transformers' own models, made on torch's meta device without any weights; the counts stand in PlannerTest.
"""

import json
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM

for name, config in json.load(open(sys.argv[1])).items():
    if name == "about":
        continue
    kind = config.pop("model_type")
    config.pop("torch_dtype", None)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **config))
    print(name, sum(p.numel() for p in {id(p): p for p in model.parameters()}.values()))
