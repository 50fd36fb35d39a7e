"""From labels and public texts to the shipped encoder: a deep teacher, then a shallow student."""

from __future__ import annotations

import pickle
import random
import sys
from pathlib import Path

import torch

from classifier.train.encoder import corpus
from classifier.train.encoder.fit import Plan, Taught, clocked, fit, speak
from classifier.train.encoder.network import (
    Network,
    freeze_below,
    keep_layers,
    load_base,
    load_tokenizer,
)
