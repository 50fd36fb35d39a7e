"""The training loop: batches of like length, a loss over the heads whose answer is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from classifier.heads import EXCLUSIVE, HEADS
from classifier.train.encoder.corpus import Example
from classifier.train.encoder.network import Network, split_heads

HEAD_WEIGHTS = {
    "relevant": 1.0,
    "topic": 1.5,
    "severity": 1.5,
    "disposition": 1.0,
    "rumour": 0.7,
    "taidi7": 1.0,
}
_TOKENS_A_BATCH = 2048
_MOST_ROWS = 48
_SHUFFLED = 50  # batches of rows sorted together, so that a batch has texts of one length


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `taught` is what a teacher's word weighs against the labels'."""

    epochs: float
    rate: float
    longest: int
    head_rate: float = 1e-3
    warm_up: float = 0.1
    decay: float = 0.01
    taught: float = 0.5
    pooled: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Taught:
    """What a teacher says of each example: its scores [rows, columns] and pooled text."""

    scores: Tensor
    pooled: Tensor


Tell = Callable[[int, int, float], None]


def encode(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], longest: int
) -> list[list[int]]:
    """Token ids of each text, cut to `longest`."""
    return list(tokenizer(list(texts), truncation=True, max_length=longest)["input_ids"])


def batches(lengths: Sequence[int], rng: random.Random | None) -> Iterator[list[int]]:
    """Rows in batches of about _TOKENS_A_BATCH tokens, shuffled when an `rng` is given."""
    order = list(range(len(lengths)))
    if rng:
        rng.shuffle(order)
        chunk = _SHUFFLED * _MOST_ROWS
        parts = [order[i : i + chunk] for i in range(0, len(order), chunk)]
        order = [row for part in parts for row in sorted(part, key=lambda r: lengths[r])]
    else:
        order.sort(key=lambda row: lengths[row])
    found = list(_cut(order, lengths))
    if rng:
        rng.shuffle(found)
    yield from found


def _cut(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for row in order:
        widest = max([lengths[row], *(lengths[r] for r in batch[-1:])])
        if batch and (len(batch) == _MOST_ROWS or widest * (len(batch) + 1) > _TOKENS_A_BATCH):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def padded(ids: Sequence[Sequence[int]], pad: int) -> tuple[Tensor, Tensor]:
    """Ids and mask as one rectangle each."""
    widest = max(map(len, ids))
    rows = [[*row, *[pad] * (widest - len(row))] for row in ids]
    masks = [[1] * len(row) + [0] * (widest - len(row)) for row in ids]
    return torch.tensor(rows), torch.tensor(masks)


def targets_of(examples: Sequence[Example]) -> dict[str, tuple[Tensor, Tensor]]:
    """Head to (target shares [rows, columns], weight [rows], 0 where the answer is not known)."""
    found = {}
    for head, columns in HEADS.items():
        nothing = (0.0,) * len(columns)
        shares = torch.tensor([e.targets.get(head, nothing) for e in examples])
        weights = torch.tensor([e.weight if head in e.targets else 0.0 for e in examples])
        found[head] = shares, weights
    return found


def loss_of(head: str, scores: Tensor, shares: Tensor) -> Tensor:
    """Cross entropy of each row [rows]."""
    if head in EXCLUSIVE:
        return functional.cross_entropy(scores, shares, reduction="none")
    return functional.binary_cross_entropy_with_logits(scores, shares, reduction="none").mean(-1)


def hard_loss(scores: Tensor, examples: Sequence[Example]) -> Tensor:
    """The labels' loss, each head over the rows that know it."""
    total = scores.new_zeros(())
    wanted = targets_of(examples)
    for head, said in split_heads(scores).items():
        shares, weights = wanted[head]
        if float(weights.sum()) > 0:
            each = loss_of(head, said, shares) * weights
            total = total + HEAD_WEIGHTS[head] * each.sum() / len(examples)
    return total


def soft_loss(scores: Tensor, teacher: Tensor) -> Tensor:
    """The distance to what the teacher says, on every head."""
    total = scores.new_zeros(())
    spoken = split_heads(teacher)
    for head, said in split_heads(scores).items():
        shares = spoken[head].softmax(-1) if head in EXCLUSIVE else spoken[head].sigmoid()
        total = total + HEAD_WEIGHTS[head] * loss_of(head, said, shares).mean()
    return total


def fit(
    network: Network,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
    plan: Plan,
    taught: Taught | None = None,
    tell: Tell = lambda _step, _steps, _loss: None,
) -> None:
    """Train `network` in place; the same seed and data give the same order of batches."""
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)
    ids = encode(tokenizer, [e.text for e in examples], plan.longest)
    lengths = [len(row) for row in ids]
    steps = int(plan.epochs * sum(1 for _ in batches(lengths, random.Random(plan.seed))))
    optimiser, schedule = _optimiser(network, plan, steps)
    network.train()
    for step, rows in enumerate(_forever(lengths, rng)):
        if step >= steps:
            break
        pooled, scores = network(*padded([ids[r] for r in rows], tokenizer.pad_token_id))
        loss = hard_loss(scores, [examples[r] for r in rows])
        if taught is not None:
            soft = soft_loss(scores, taught.scores[rows])
            near = 1 - functional.cosine_similarity(pooled, taught.pooled[rows]).mean()
            loss = loss + plan.taught * soft + plan.pooled * near
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        tell(step + 1, steps, float(loss.detach()))


def _forever(lengths: Sequence[int], rng: random.Random) -> Iterator[list[int]]:
    while True:
        yield from batches(lengths, rng)


def _optimiser(
    network: Network, plan: Plan, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    heads = list(network.heads.parameters())
    body = [p for p in network.encoder.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=plan.decay)
    warm = max(1, int(plan.warm_up * steps))

    def factor(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))

    return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def speak(
    network: Network,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    longest: int,
) -> Taught:
    """The network's scores and pooled text of every one of `texts`."""
    ids = encode(tokenizer, texts, longest)
    network.eval()
    width = int(network.encoder.config.hidden_size)
    columns = network.heads.out_features
    scores, pooled = torch.zeros(len(ids), columns), torch.zeros(len(ids), width)
    with torch.no_grad():
        for rows in batches([len(row) for row in ids], None):
            found = network(*padded([ids[r] for r in rows], tokenizer.pad_token_id))
            pooled[rows], scores[rows] = found
    return Taught(scores, pooled)
