"""Training the model of instructions: a pool of made sentences, several small networks, their weights in one folder."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...core.errors import check_numbers
from ...core.listening.corpus import all_names, corpus, learned_goals, templates
from ...core.listening.model import Labels, Model, save_model
from ...core.listening.words import BUCKETS, Names, Vocabulary, read, spelled_out
from ...core.phrasebook.nouns import NOUNS
from ...core.weights import load_state, save_state
from ...core.wording import AFTER, BEFORE
from .sayings import BEHIND, FOREIGN, FRONT, IT, LOOKS, NEVER, WHERE, Said, Sayings

ABOUT = 0.02
"""Share of a task's sentences that have to name a thing for it to belong there."""
PART = "network_{}.safetensors"
"""A network that is trained, until all are."""
SOFT = 0.05
"""Label smoothing: nobody is ever quite sure."""


@dataclass(frozen=True, kw_only=True)
class ListenerTrainConfig:
    """How to train: twelve minutes of one core."""

    pool: int = 200_000
    """Sentences made."""
    passes: int = 5
    """How often each is seen."""
    batch: int = 256
    members: int = 4
    """Networks that vote."""
    width: int = 48
    """Of a feature's vector."""
    hidden: int = 192
    rate: float = 3e-3
    """Peak learning rate; cosine to 1 % of it."""
    dropout: float = 0.3
    forget: float = 0.1
    """Share of features left out."""
    seed: int = 0

    def __post_init__(self) -> None:
        check_numbers(
            self, counts=("pool", "passes", "batch", "members", "width", "hidden"), positive=("rate",), least_0=("dropout", "forget")
        )


def words_of_corpus() -> set[str]:
    """Every word of a sentence that may be learned from, and of what things are called."""
    texts = [t.text for task in corpus().tasks for t in templates(task)]
    texts += [t.text for lines in corpus().others.values() for t in lines]
    texts += [*all_names(), *FRONT, *BEHIND, *LOOKS, *WHERE, *FOREIGN, *IT, *BEFORE, *AFTER, *NEVER]
    texts += [n for names in NOUNS.values() for n in names]
    return {
        w
        for text in texts
        for w in spelled_out(text.replace("{target}", " ").replace("{receptacle}", " ").replace("{}", " ")).split()
        if w != ","
    }


def names_of_everything() -> dict[str, str]:
    """Phrase -> name, of what goals name and of every other kind of thing."""
    other = {spelled_out(n): name for name, words in NOUNS.items() for n in words}
    return {**other, **all_names()}


def things_about(names: Names) -> dict[str, list[str]]:
    """Task -> names of things that its own sentences speak of besides target and receptacle."""
    out: dict[str, list[str]] = {}
    for task in corpus().tasks:
        seen: Counter[str] = Counter()
        own = [t for t in templates(task) if not t.only]
        for t in own:
            words = spelled_out(t.text.replace("{target}", ",").replace("{receptacle}", ",")).split()
            seen.update({w[1:] for w in names.named([w for w in words if w != ","]) if w[0] == "="})
        out[task] = [name for name, count in seen.items() if count > 2 and count > ABOUT * len(own)]
    return out


class Member(nn.Module):
    """One of the networks that vote."""

    def __init__(self, labels: Labels, config: ListenerTrainConfig) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, config.width, mode="sum", padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.3)
        self.norm, self.first = nn.LayerNorm(config.width, elementwise_affine=False), nn.Linear(config.width, config.hidden)
        self.answers = nn.ModuleList([nn.Linear(config.hidden, n) for n in labels.sizes])
        self.drop = nn.Dropout(config.dropout)

    def forward(self, ids: Tensor, starts: Tensor, counts: Tensor) -> list[Tensor]:
        x = self.table(ids, starts) / counts.sqrt()[:, None]
        h = F.relu(self.first(self.norm(x)))
        return [answer(self.drop(h)) for answer in self.answers]


class Pool:
    """Sentences as features and answers; -1 stands for an answer that the text does not decide."""

    def __init__(self, said: list[Said], labels: Labels, read: Callable[[str], np.ndarray]) -> None:
        index = [{n: i for i, n in enumerate(names)} for names in (labels.tasks, labels.targets, labels.receptacles)]
        rows = [read(s[0]) for s in said]
        self.lengths = np.array([len(r) for r in rows])
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.ids = np.concatenate(rows).astype(np.int32)
        self.answers = np.array([[ix[a] if a is not None else -1 for ix, a in zip(index, s[1:], strict=True)] for s in said])

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, rows: np.ndarray, rng: np.random.Generator, forget: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Features, where each text starts, how many it has, and the answers (B, 3)."""
        n = self.lengths[rows]
        flat = np.repeat(self.starts[rows] - np.concatenate([[0], np.cumsum(n)[:-1]]), n) + np.arange(n.sum())
        ids = self.ids[flat].astype(np.int64)
        ids[rng.random(len(ids)) < forget] = 0
        starts = np.concatenate([[0], np.cumsum(n)[:-1]])
        return torch.from_numpy(ids), torch.from_numpy(starts), torch.from_numpy(n.astype(np.float32)), torch.from_numpy(self.answers[rows])


def train_member(member: Member, pool: Pool, config: ListenerTrainConfig, seed: int, say: Callable[[int, int, float], None]) -> None:
    """Trains one network on the pool."""
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 3])
    steps = config.passes * max(1, len(pool) // config.batch)
    optimiser = torch.optim.AdamW(member.parameters(), config.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, 0.01 * config.rate)
    order = np.concatenate([rng.permutation(len(pool)) for _ in range(config.passes)])
    for step in range(steps):
        ids, starts, counts, answers = pool.batch(order[step * config.batch : (step + 1) * config.batch], rng, config.forget)
        told = member.train()(ids, starts, counts)
        loss = sum(
            (F.cross_entropy(t, answers[:, k], ignore_index=-1, label_smoothing=SOFT) for k, t in enumerate(told)), start=torch.zeros(())
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 99 or step == steps - 1:
            say(step + 1, steps, float(loss.detach()))


def train_listener(config: ListenerTrainConfig, out: Path, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Makes the sentences, trains, writes the folder. Networks that an earlier run with the same settings finished there are taken as they are:
    the weights are those of one that never stopped. Keys: sentences, steps, seconds, loss, checkpoint."""
    started = time.monotonic()
    torch.set_num_threads(1)
    goals, words, names = learned_goals(), words_of_corpus(), names_of_everything()
    labels, vocabulary, known = Labels.of(goals), Vocabulary(words), Names(names)
    sayings = Sayings(config.seed)

    pool = Pool([sayings.draw() for _ in range(config.pool)], labels, lambda text: read(text, vocabulary, known))
    say(f"{len(pool)} sentences of {len(goals)} goals made in {time.monotonic() - started:.0f} s")
    members, last, settings = [], [0.0, 0.0], json.dumps(asdict(config))
    out.mkdir(parents=True, exist_ok=True)
    for m in range(config.members):
        torch.manual_seed(config.seed * 100 + m)
        member, kept = Member(labels, config), out / PART.format(m)
        if kept.is_file():
            state, meta = load_state(kept)
            if meta.get("config") == settings:
                members.append(state)
                last[:] = [float(meta["loss"]), float(meta["steps"])]
                say(f"network {m + 1}/{config.members}: trained before")
                continue

        def told(step: int, steps: int, loss: float, m: int = m) -> None:
            last[:] = [loss, steps]
            if step % 1000 == 0 or step == steps:
                say(f"network {m + 1}/{config.members}: {step}/{steps}, loss {loss:.3f}")

        train_member(member, pool, config, config.seed * 100 + m, told)
        members.append(member.eval().state_dict())
        save_state(kept, members[-1], {"config": settings, "loss": str(last[0]), "steps": str(last[1])})
    weights = {
        "table": torch.stack([s["table.weight"] for s in members]), "first.weight": torch.stack([s["first.weight"] for s in members]),
        "first.bias": torch.stack([s["first.bias"] for s in members]),
        **{f"{k}.{part}": torch.stack([s[f"answers.{k}.{part}"] for s in members]) for k in range(3) for part in ("weight", "bias")},
    }  # fmt: skip
    save_model(out, {k: v.numpy() for k, v in weights.items()}, goals, sorted(words), names, things_about(known))
    for part in out.glob(PART.format("*")):
        part.unlink()
    return {"sentences": len(pool), "steps": int(last[1]), "seconds": time.monotonic() - started, "loss": last[0], "checkpoint": str(out)}


def examine(model: Model, *, count: int = 2000, seed: int = 1) -> dict[str, float]:
    """Of sentences that were kept out of training: share of single goals read right, and of the rest read as no goal, by the likeliest answer."""
    sayings, right, none, singles, others = Sayings(seed, heldout=True, plain=True), 0, 0, 0, 0
    for _ in range(count):
        text, task, target, receptacle = sayings.draw()
        reading = model.read(text)
        goal, p = reading.best
        kind = max(reading.kinds.values())
        if task in model.labels.tasks[: -len(reading.kinds)]:
            singles += 1
            right += p > kind and (goal.task, goal.target, goal.receptacle or "-") == (task, target, receptacle)
        else:
            others += 1
            none += kind > p
    return {"single": right / max(1, singles), "none": none / max(1, others)}
