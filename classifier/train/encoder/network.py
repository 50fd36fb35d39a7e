"""One shared encoder and a linear head a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from classifier.heads import HEADS

_DROPOUT = 0.1


class Network(nn.Module):  # type: ignore[misc]
    """Token ids and mask in; the pooled text and one row of scores (all heads side by side) out."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        width = int(encoder.config.hidden_size)
        self.dropout = nn.Dropout(_DROPOUT)
        self.heads = nn.Linear(width, sum(len(columns) for columns in HEADS.values()))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(pooled [rows, width], scores [rows, columns])."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weights).sum(1) / weights.sum(1).clamp(min=1.0)
        return pooled, self.heads(self.dropout(pooled))


def split_heads(scores: Tensor) -> Mapping[str, Tensor]:
    """The columns of each head."""
    sizes = [len(columns) for columns in HEADS.values()]
    return dict(zip(HEADS, scores.split(sizes, dim=-1), strict=True))


def load_base(folder: Path, layers: Sequence[int] | None = None) -> Network:
    """A network on the encoder of a local Hugging Face `folder`; `layers` names those to keep."""
    encoder = AutoModel.from_pretrained(folder, dtype=torch.float32)
    keep_layers(encoder, layers)
    return Network(encoder)


def keep_layers(encoder: nn.Module, layers: Sequence[int] | None) -> None:
    """Cut `encoder` down to `layers`, in their order; None keeps all."""
    if layers is None:
        return
    stack = encoder.encoder.layer
    encoder.encoder.layer = nn.ModuleList(stack[i] for i in layers)
    encoder.config.num_hidden_layers = len(layers)


def freeze_below(network: Network, layers: int) -> None:
    """Leave the embeddings and the lowest `layers` layers as they are while training."""
    for parameter in network.encoder.embeddings.parameters():
        parameter.requires_grad_(False)
    for layer in network.encoder.encoder.layer[:layers]:
        for parameter in layer.parameters():
            parameter.requires_grad_(False)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer that the `folder` brings."""
    return AutoTokenizer.from_pretrained(folder)
