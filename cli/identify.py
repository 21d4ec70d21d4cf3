"""`homebody identify`: friction, damping, payload and delay of an arm from a log of its joints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import tyro

from ..core.errors import HomebodyError
from .extras import require_extra
from .outputs import JsonPath, MaybeFile, OutFolder, write_json

if TYPE_CHECKING:
    from ..envs.real.identify import IdentifyConfig


def identify(
    log: tyro.conf.Positional[Path | None] = None,
    *,
    out: OutFolder = Path("out/identify"),
    excite: MaybeFile = None,
    rehearse: bool = False,
    excite_seconds: float = 20.0,
    excite_rate_hz: float = 200.0,
    seconds: float = 60.0,
    step_ms: float = 5.0,
    max_delay_ms: float = 200.0,
    linear: bool = False,
    payload_told: bool = False,
    threads: int = 2,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Fits dry friction, viscous damping, payload and command delay of the arm to a joint log, with intervals.

    With --excite it writes the motion to run on the arm first; log what you send and what the encoders read.
    LOG is a .csv with a header or an .npz: time_s [s], q1..q7 [rad], command1..command7 [rad], optionally dq1..dq7 [rad/s].

    Args:
        log: The joint log, .csv or .npz.
        out: Folder for fit.json and fit.png.
        excite: Write a motion that shows all of this to this .csv or .npz (time_s, command1..command7), and stop.
        rehearse: Write LOG first, from a simulated arm with drawn friction, damping, payload and delay: to try all this without an arm.
        excite_seconds: Length of that motion [s].
        excite_rate_hz: Its samples a second [Hz].
        seconds: Use at most this much of the log [s].
        step_ms: Physics step of the model [ms]; 5 is the house's own.
        max_delay_ms: Largest delay looked for [ms].
        linear: The log thins out a faster stream of commands: join them by lines instead of holding each.
        payload_told: The arm's controller knows the payload and holds its weight.
        threads: Threads for the simulations.
        seed: Seed of the --excite motion.
        json_path: Write the content of fit.json there too.
    """
    if excite is not None:
        if log is not None:
            raise HomebodyError("--excite writes a motion and reads no log: leave one of the two away")
        return _excite(excite, excite_seconds, excite_rate_hz, seed)
    if log is None:
        raise HomebodyError("give a joint log (.csv or .npz), or --excite motion.csv to make the motion to record one with")
    require_extra("calibrate", "`homebody identify`")
    from ..envs.real.arm_model import ArmConfig
    from ..envs.real.identify import IdentifyConfig

    config = IdentifyConfig(
        arm=ArmConfig(step_s=step_ms / 1000, payload_told=payload_told), seconds=seconds, linear=linear,
        max_delay_s=max_delay_ms / 1000, threads=threads,
    )  # fmt: skip
    if rehearse:
        _rehearse(log, excite_seconds, excite_rate_hz, seed)
    return _fit(log, config, out, json_path)


def _fit(log: Path, config: IdentifyConfig, out: Path, json_path: Path | None) -> int:
    """Fits the model to the log, writes the result; the exit code."""
    from ..envs.real.identify import identify as fit_log
    from ..envs.real.identify_report import fit_to_json, plot_fit, table
    from ..envs.real.joint_log import read_log

    samples = read_log(log)
    print(f"{log}: {samples.time_s[-1]:.1f} s at {samples.rate_hz:.0f} Hz")
    fit = fit_log(samples, config, on_round=lambda what: print(f"  {what} ...", flush=True))
    for line in table(fit):
        print(line)
    for path in (out / "fit.json", json_path):
        write_json(path, fit_to_json(fit, config, samples))
    plot_fit(fit, samples, out / "fit.png")
    print(f"written: {out / 'fit.json'}, {out / 'fit.png'}")
    return 0


def _excite(path: Path, seconds: float, rate_hz: float, seed: int) -> int:
    from ..envs.real.excite import ExciteConfig, excitation
    from ..envs.real.joint_log import check_table_name, write_table

    check_table_name(path)
    config = ExciteConfig(seconds=seconds, rate_hz=rate_hz, seed=seed)
    time_s, command = excitation(config)
    write_table(path, time_s, command=command)
    reach = (command.max(axis=0) - command.min(axis=0)) / 2
    print(f"{path}: {seconds:g} s at {rate_hz:g} Hz, starts and ends at rest at {', '.join(f'{v:.3f}' for v in command[0])} rad")
    print(
        f"  joints swing by up to {reach.max():.2f} rad, tool at least {config.lowest_m:g} m above the base's plane: clear the space around the arm"
    )
    print("  send each row at its time as a position target; log time_s, q1..q7, command1..command7")
    return 0


def _rehearse(path: Path, seconds: float, rate_hz: float, seed: int) -> None:
    from ..envs.real.excite import ExciteConfig
    from ..envs.real.joint_log import check_table_name, write_table
    from ..envs.real.rehearsal import PlantedArm, is_log, simulate_log

    check_table_name(path)
    motion = ExciteConfig(seconds=seconds, rate_hz=rate_hz, seed=seed)
    arm = PlantedArm.draw(seed)
    log = simulate_log(arm, motion, seed=seed)
    if not path.exists():
        write_table(path, log.time_s, q=log.q, command=log.command)
    elif not is_log(path, log):
        raise HomebodyError(f"{path} exists and is not the log of this rehearsal: a rehearsal writes a new log, or goes on with its own")
    print(f"{path}: a simulated arm with friction {', '.join(f'{v:.2f}' for v in arm.friction)} N m,")
    print(
        f"  damping {', '.join(f'{v:.2f}' for v in arm.damping)} N m s/rad, payload {arm.payload_kg:.3f} kg, delay {arm.delay_s * 1000:.1f} ms"
    )


COMMANDS = {"identify": identify}
