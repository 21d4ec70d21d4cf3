"""The fit for people and programs: a table, fit.json and a picture of measured beside simulated motion."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .fit import Fit
from .identify import IdentifyConfig
from .joint_log import JointLog


def table(fit: Fit) -> Iterator[str]:
    """Lines of text."""
    yield f"{'':12}{'value':>10}   {'95 %' if fit.confidence == 0.95 else f'{100 * fit.confidence:g} %'} interval   (shipped model)"
    for e in fit.estimates:
        half = f"± {e.half_width:<9.3g}" if math.isfinite(e.half_width) else "± unknown  "
        yield f"{e.name:<12}{e.value:>10.4g}   {half} {e.unit:<10} ({e.nominal:g})" + (f"   ! {e.note}" if e.note else "")
    before, after = fit.rms("before") * 1000, fit.rms("after") * 1000
    yield f"residual: {math.sqrt(np.mean(before**2)):.3f} mrad with the shipped model, {math.sqrt(np.mean(after**2)):.3f} mrad fitted"
    if fit.correlation > 2:
        yield (
            f"the residual is no white noise ({fit.correlation:.0f} samples count as one, intervals are widened): something "
            "else moves this arm, such as other servo gains, a stretching cable, or gears"
        )
    joints = [i + 1 for i, share in enumerate(fit.saturated) if share > 0]
    if joints:
        yield (
            f"the model's servo reaches its torque limit in joint {', '.join(map(str, joints))} (up to {100 * fit.saturated.max():.1f} % "
            "of the time), where friction and damping do not show: use a slower motion"
        )
    poor = [e.name for e in fit.estimates if e.note.startswith("not excited")]
    if poor:
        yield f"not excited by this log, do not use: {', '.join(poor)} (`homebody identify --excite motion.csv` makes a motion that shows them)"


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def fit_to_json(fit: Fit, config: IdentifyConfig, log: JointLog) -> dict[str, Any]:
    """Everything of fit.json; an unknown interval is null."""
    return {
        "estimates": {
            e.name: {
                "value": e.value, "half_width": _number(e.half_width), "unit": e.unit, "shipped": e.nominal,
                "excited": not e.note.startswith("not excited"), "note": e.note,
            }
            for e in fit.estimates
        },
        "confidence": fit.confidence,
        "residual_mrad": {which: [1000 * float(v) for v in fit.rms(which)] for which in ("before", "after")},
        "correlation_samples": fit.correlation,
        "torque_limit_share": [float(v) for v in fit.saturated],
        "iterations": fit.iterations,
        "log": {"seconds": float(fit.time_s[-1]), "samples": len(fit.time_s), "rate_hz": log.rate_hz},
        "model": {"step_s": config.arm.step_s, "payload_m": list(config.arm.payload_m), "payload_told": config.arm.payload_told,
                  "commands": "linear" if config.linear else "held"},
    }  # fmt: skip


def plot_fit(fit: Fit, log: JointLog, path: Path) -> None:
    """Seven joints: motion left, what the model leaves unexplained before and after right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 15), layout="constrained")
    axes = figure.subplots(7, 2, sharex=True, gridspec_kw={"width_ratios": (3, 4)})
    command = np.stack([np.interp(fit.time_s, log.time_s, c) for c in log.command.T], axis=1)
    for j, (left, right) in enumerate(axes):
        left.plot(fit.time_s, command[:, j], color="0.75", lw=1, label="command")
        left.plot(fit.time_s, fit.measured[:, j], color="tab:blue", lw=1.4, label="measured")
        left.plot(fit.time_s, fit.after[:, j], color="tab:orange", lw=1, ls="--", label="model, fitted")
        left.set_ylabel(f"q{j + 1} [rad]")
        before, after = ((fit.measured - sim)[:, j] * 1000 for sim in (fit.before, fit.after))
        right.plot(fit.time_s, before, color="0.6", lw=1, label=f"shipped model, rms {fit.rms('before')[j] * 1000:.2f}")
        right.plot(fit.time_s, after, color="tab:orange", lw=0.8, label=f"fitted, rms {fit.rms('after')[j] * 1000:.3f}")
        right.axhline(0, color="0.3", lw=0.5)
        right.set_ylabel("[mrad]")
        right.legend(loc="upper right", fontsize=8)
        f, d = fit[f"friction{j + 1}"], fit[f"damping{j + 1}"]
        right.set_title(
            f"friction {_text(f.value, f.half_width)} N m, damping {_text(d.value, d.half_width)} N m s/rad", fontsize=9, loc="left"
        )
    axes[0][0].legend(loc="upper right", fontsize=8)
    payload, delay = fit["payload"], fit["delay"]
    figure.suptitle(
        f"payload {_text(payload.value, payload.half_width)} kg, delay {_text(delay.value, delay.half_width)} ms; right: measured minus model"
    )
    for axis in axes[-1]:
        axis.set_xlabel("time [s]")
    figure.savefig(path, dpi=90)


def _text(value: float, half_width: float) -> str:
    return f"{value:.3g} ± {half_width:.1g}" if math.isfinite(half_width) else f"{value:.3g} (not excited)"
