"""The shipped world model at the command line: a film, an honest evaluation, and thinking before acting."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from homebody.assets import checkpoint
from homebody.cli.main import main


def test_imagine_films_what_was_expected_beside_what_happened(tmp_path: Path) -> None:
    assert main(["imagine", "open the microwave", "--out", str(tmp_path), "--json", str(tmp_path / "r.json")]) == 0
    result = json.loads((tmp_path / "r.json").read_text())
    assert {"psnr", "lpips", "success_auc", "video"} <= set(result)
    with av.open(result["video"]) as film:
        frames = [f.to_ndarray(format="rgb24") for f in film.decode(video=0)]
    assert len(frames) == result["steps"] + 20 and frames[0].shape == (640, 960, 3)
    real, imagined = (np.stack([f[top : top + 216, 20:236] for f in frames[10:-20]]).astype(float) for top in (84, 340))
    assert np.abs(real - imagined).mean() < 30  # the same scene
    assert np.abs(real - imagined[::-1]).mean() > np.abs(real - imagined).mean()  # and the same moment of it
    assert result["psnr"] > 12


def test_evaluating_reports_every_measure_and_fills_the_card(tmp_path: Path) -> None:
    words = ["imagine", "--evaluate", "6", "--randomize", "heldout", "--card", str(tmp_path), "--json", str(tmp_path / "r.json")]
    assert main(words) == 0
    report = json.loads((tmp_path / "r.json").read_text())["evaluation"]
    assert report["episodes"] == 6 and set(report["latent_error"]) == {"0.25", "0.50", "0.75"}
    assert report["rank"] > 3  # of at most five; collapsed latents have one direction
    card = (tmp_path / "card.md").read_text()
    assert "latent error at 0.50 s" in card and card.count("## Imagined attempts") == 1
    assert main([w if w != "6" else "2" for w in words]) == 0
    assert (tmp_path / "card.md").read_text().count("## Imagined attempts") == 1


def test_the_shipped_world_model_is_small_and_its_card_has_figures() -> None:
    folder = checkpoint("world")
    assert (folder / "model.safetensors").stat().st_size <= 16 << 20
    assert "success AUC" in (folder / "card.md").read_text()


@pytest.mark.slow
def test_the_shipped_world_model_knows_how_attempts_end(tmp_path: Path) -> None:
    """200 held-out attempts in varied houses: the imagined end ranks successes above failures, and beats copying."""
    assert main(["imagine", "--evaluate", "200", "--randomize", "heldout", "--json", str(tmp_path / "r.json")]) == 0
    report = json.loads((tmp_path / "r.json").read_text())["evaluation"]
    assert report["success_auc"] >= 0.8
    assert report["latent_error"]["0.50"] <= 0.7


def test_a_bench_that_thinks_records_every_decision(tmp_path: Path) -> None:
    words = ["bench", "--tasks", "close_drawer", "--episodes", "1", "--think", "300", "--out", str(tmp_path), "--threads", "1"]
    assert main(words) == 0
    record = json.loads((tmp_path / "episodes.jsonl").read_text().splitlines()[-1])
    assert record["policy"] == "homebody+think300"
    assert len(record["decisions"]) == -(-record["steps"] // 8)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["thinking"]["decisions"] == len(record["decisions"])
