"""From a trained network to what run time loads: one int8 ONNX file, the tokenizer, the heads."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from classifier.encoder import ABOUT_FILE, MODEL_FILE, fingerprint
from classifier.heads import HEADS
from classifier.train.encoder.network import Network

_OPSET = 17


class _Scores(nn.Module):  # type: ignore[misc]
    """The network without what only distillation needs."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        scores: Tensor = self.network(ids, mask)[1]
        return scores


def export(
    network: Network, tokenizer: PreTrainedTokenizerBase, longest: int, folder: Path
) -> Path:
    """Write model.onnx, encoder.json, config.json and the tokenizer to `folder`; the ONNX file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / MODEL_FILE
    with tempfile.TemporaryDirectory() as scratch:
        plain, fused = Path(scratch, "plain.onnx"), Path(scratch, "fused.onnx")
        _trace(network, plain)
        _fuse(network, plain, fused)
        _quantise(fused, target)
    tokenizer.save_pretrained(folder)
    network.encoder.config.save_pretrained(folder)
    about = {
        "name": f"encoder-{fingerprint(target)}",
        "heads": {head: list(columns) for head, columns in HEADS.items()},
        "longest": longest,
    }
    text = json.dumps(about, ensure_ascii=False, indent=1)
    (folder / ABOUT_FILE).write_text(text + "\n", encoding="utf8")
    return target


def _trace(network: Network, file: Path) -> None:
    network.eval()
    network.encoder.config._attn_implementation = "eager"
    ids = torch.ones(2, 9, dtype=torch.int64)
    axes = {"ids": {0: "rows", 1: "tokens"}, "mask": {0: "rows", 1: "tokens"}}
    torch.onnx.export(
        _Scores(network),
        (ids, torch.ones_like(ids)),
        str(file),
        input_names=["ids", "mask"],
        output_names=["scores"],
        dynamic_axes={**axes, "scores": {0: "rows"}},
        opset_version=_OPSET,
        dynamo=False,
    )


def _fuse(network: Network, file: Path, target: Path) -> None:
    """Fold attention, layer norms and activations into single operators."""
    from onnxruntime.transformers.optimizer import optimize_model

    config = network.encoder.config
    model = optimize_model(
        str(file),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=1,
    )
    model.save_model_to_file(str(target))


def _quantise(file: Path, target: Path) -> None:
    """Weights to int8, activations at run time; scales of the whole tensor, as kernels are fast."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(file),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
