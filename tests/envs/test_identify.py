"""Laws of `identify`: what is planted in a simulated arm is found again, with honest intervals, and bad logs are refused."""

import re

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import DDQ_MAX, DQ_MAX, Q_HOME, Q_MAX, Q_MIN, forward
from homebody.envs.real.arm_model import ArmConfig, arm_spec, delayed_targets, nominal_joints
from homebody.envs.real.excite import ExciteConfig, excitation
from homebody.envs.real.fit import NAMES
from homebody.envs.real.identify import IdentifyConfig, identify
from homebody.envs.real.joint_log import JointLog, read_log, write_table
from homebody.envs.real.rehearsal import PlantedArm, simulate_log
from homebody.envs.robots.panda import KP, KV

STEP_MS = 5.0


def truths(arm: PlantedArm) -> dict[str, float]:
    return dict(zip(NAMES, [*arm.friction, *arm.damping, arm.payload_kg, 1000 * arm.delay_s], strict=True))


def check_recovered(fit, arm: PlantedArm) -> int:
    """Holds the bar; returns how many of the 16 intervals hold the truth."""
    truth = truths(arm)
    for e in fit.estimates:
        if e.name == "delay":
            assert abs(e.value - truth["delay"]) < STEP_MS
        else:
            assert e.value == pytest.approx(truth[e.name], rel=0.1), e
    return sum(abs(e.value - truth[e.name]) <= e.half_width for e in fit.estimates)


def test_planted_friction_damping_payload_and_delay_are_found_under_encoder_noise():
    arm = PlantedArm.draw(7)
    fit = identify(simulate_log(arm, ExciteConfig(seconds=14, seed=7), seed=7))
    assert check_recovered(fit, arm) >= 11  # of 16 at 95 %; misses come in groups, since estimates are correlated
    assert all(not e.note for e in fit.estimates)
    # Noise and rounding of 1e-4 rad each leave 1.04e-4; the shipped model is far worse.
    assert np.sqrt((fit.rms("after") ** 2).mean()) < 1.1e-4 < 1e-3 < np.sqrt((fit.rms("before") ** 2).mean())
    assert fit.correlation < 1.5


@pytest.mark.slow
def test_many_plantings_are_found_and_the_intervals_hold_the_truth_as_often_as_they_say():
    covered = 0
    for seed in range(20, 26):
        arm = PlantedArm.draw(seed)
        covered += check_recovered(identify(simulate_log(arm, ExciteConfig(seed=seed), seed=seed)), arm)
    assert covered / (6 * 16) > 0.85


@pytest.mark.slow
def test_a_log_that_begins_in_motion_is_fitted_too():
    arm = PlantedArm.draw(4)
    log = simulate_log(arm, ExciteConfig(seconds=22, seed=4), seed=4)
    kept = log.time_s >= 3
    check_recovered(identify(JointLog(time_s=log.time_s[kept] - 3, q=log.q[kept], command=log.command[kept])), arm)


@pytest.mark.slow
@pytest.mark.parametrize(("step_s", "rate_hz"), [(0.002, 500.0), (0.002, 250.0)])
def test_other_steps_and_rates_find_the_same(step_s, rate_hz):
    arm = PlantedArm.draw(3)
    log = simulate_log(arm, ExciteConfig(seconds=14, rate_hz=rate_hz, seed=3), step_s=step_s, seed=3)
    assert check_recovered(identify(log, IdentifyConfig(arm=ArmConfig(step_s=step_s))), arm) >= 11


def test_a_joint_that_stands_still_is_called_not_excited_and_the_others_are_found():
    arm = PlantedArm.draw(1)
    log = simulate_log(arm, ExciteConfig(seconds=6, seed=1), seed=1)
    still = JointLog(time_s=log.time_s, q=log.q.copy(), command=log.command.copy())
    still.q[:, 6], still.command[:, 6] = still.command[0, 6], still.command[0, 6]
    fit = identify(still, IdentifyConfig(max_iterations=15))
    for kind in ("friction", "damping"):
        e = fit[f"{kind}7"]
        assert e.note.startswith("not excited: joint 7 moved by") and not np.isfinite(e.half_width) and e.value == e.nominal
        assert fit[f"{kind}5"].value == pytest.approx(truths(arm)[f"{kind}5"], rel=0.25)
    assert abs(fit["delay"].value - 1000 * arm.delay_s) < STEP_MS


def test_a_log_without_motion_is_refused():
    time_s = np.arange(1000) * 0.005
    q = np.tile(Q_HOME, (1000, 1))
    with pytest.raises(HomebodyError, match="no joint moves more than"):
        identify(JointLog(time_s=time_s, q=q, command=q))


def test_delayed_targets_are_the_mean_of_what_was_sent_over_each_step():
    rng = np.random.default_rng(0)
    sent = np.cumsum(rng.uniform(0.002, 0.02, 50))
    values = rng.normal(size=(50, 7))
    grid, step, delay = np.arange(0, 60) * 0.005, 0.005, 0.0137
    fine = (np.arange(4000) + 0.5) / 4000 * step
    for linear in (False, True):
        found = delayed_targets(sent, values, grid, step, delay, linear=linear)
        at = grid[:, None] + fine - delay  # (steps, 4000)
        i = np.clip(np.searchsorted(sent, at, side="right") - 1, 0, 49)
        for joint in range(7):
            brute = np.interp(at, sent, values[:, joint]) if linear else values[i, joint]
            np.testing.assert_allclose(found[:, joint], brute.mean(axis=1), atol=2e-3)
    whole = delayed_targets(grid, values[np.arange(60) % 50], grid, step, 3 * step, linear=False)
    np.testing.assert_allclose(whole[3:], values[np.arange(57) % 50], atol=1e-9)


def test_the_fitted_model_is_the_panda_with_its_servos_and_an_empty_hand():
    model = arm_spec(ArmConfig()).compile()
    assert (model.nq, model.nu, model.nsensordata, model.ngeom) == (7, 7, 7, 0)
    np.testing.assert_allclose(model.actuator_gainprm[:, 0], KP)
    np.testing.assert_allclose(model.actuator_biasprm[:, 2], -np.array(KV))
    friction, damping = nominal_joints(arm_spec(ArmConfig()))
    np.testing.assert_allclose(model.dof_frictionloss, friction)
    np.testing.assert_allclose(model.dof_damping, damping)


@pytest.mark.parametrize("seed", range(5))
def test_the_motion_keeps_the_arms_limits_and_starts_and_ends_at_rest(seed):
    config = ExciteConfig(seconds=12, seed=seed)
    time_s, command = excitation(config)
    speed = np.diff(command, axis=0) * config.rate_hz
    assert (command > Q_MIN + 0.1).all() and (command < Q_MAX - 0.1).all()
    assert (np.abs(speed) <= config.share * DQ_MAX + 1e-9).all()
    assert (np.abs(np.diff(speed, axis=0)) * config.rate_hz <= config.share * DDQ_MAX + 1e-6).all()
    assert forward(command)[:, 2, 3].min() > config.lowest_m - 0.01
    assert np.abs(command[time_s <= 0.5] - command[0]).max() == 0 == np.abs(command[time_s >= 11.5] - command[0]).max()
    assert np.ptp(command, axis=0).min() > 0.2
    assert np.abs(np.corrcoef(command.T) - np.eye(7)).max() < 0.8


def test_logs_survive_csv_and_npz(tmp_path):
    time_s, command = excitation(ExciteConfig(seconds=4))
    for name in ("log.csv", "log.npz"):
        write_table(tmp_path / name, time_s, q=command + 0.01, command=command, dq=np.gradient(command, time_s, axis=0))
        log = read_log(tmp_path / name)
        np.testing.assert_allclose(log.q, command + 0.01, atol=1e-6)
        np.testing.assert_allclose(log.time_s, time_s, atol=1e-6)
        assert log.dq is not None and log.rate_hz == pytest.approx(200)


def _rows(n: int = 600) -> dict[str, np.ndarray]:
    q = np.tile(Q_HOME, (n, 1)) + 0.1 * np.sin(np.arange(n) / 30)[:, None]
    return {"time_s": np.arange(n) * 0.005, "q": q, "command": q.copy()}


def _spoil(kind: str) -> dict[str, np.ndarray]:
    a = _rows(20 if kind == "few" else 600)
    if kind == "nan":
        a["q"][5, 2] = np.nan
    elif kind == "backwards":
        a["time_s"][300] = a["time_s"][299]
    elif kind == "short":
        a["time_s"] *= 0.1
    elif kind == "degrees":
        a["q"] = np.rad2deg(a["q"])
    elif kind == "gap":
        a["time_s"][300:] += 2.0
    return a


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("nan", "q is not a finite number at {5}"), ("backwards", "time_s does not increase at {300}"),
        ("short", r"lasts 0.30 s \(600 samples\): expected 2 s or more"), ("few", "holds 20 samples"),
        ("degrees", r"q4 reaches -1\d\d.*looks like degrees, expected radians"), ("gap", "2.0. s pass between {299} and {300}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_a_bad_log_is_refused_with_its_reason(tmp_path, kind, message, suffix):
    a = _spoil(kind)
    path = tmp_path / f"log.{suffix}"
    write_table(path, a["time_s"], q=a["q"], command=a["command"])
    first = 2 if suffix == "csv" else 0
    places = [f"{'line' if first else 'sample'} {i + first}" for i in range(600)]
    with pytest.raises(HomebodyError, match=re.sub(r"\{(\d+)\}", lambda m: places[int(m[1])], message)):
        read_log(path)


def test_wrong_columns_wrong_shapes_and_wrong_files_are_refused(tmp_path):
    a = _rows()
    write_table(tmp_path / "a.csv", a["time_s"], q=a["q"], target=a["command"])
    with pytest.raises(HomebodyError, match=r"no column command1, command2, command3 \.\.\..*expected time_s, q1\.\.q7"):
        read_log(tmp_path / "a.csv")
    np.savez(tmp_path / "b.npz", time_s=a["time_s"], q=a["q"][:, :6], command=a["command"])
    with pytest.raises(HomebodyError, match=r"q has the shape \(600, 6\), expected \(600, 7\)"):
        read_log(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", time_s=np.array([{"a": 1}], dtype=object), q=a["q"], command=a["command"])
    with pytest.raises(HomebodyError, match="cannot be read as an .npz of numbers"):  # it would need pickle
        read_log(tmp_path / "c.npz")
    (tmp_path / "d.npz").write_bytes(b"no archive")
    with pytest.raises(HomebodyError, match="cannot be read as an .npz"):
        read_log(tmp_path / "d.npz")
    text = "time_s," + ",".join(f"q{i}" for i in range(1, 8)) + "," + ",".join(f"command{i}" for i in range(1, 8))
    (tmp_path / "e.csv").write_text(text + "\n" + ",".join(["0"] * 15) + "\n" + ",".join(["x"] * 15) + "\n")
    with pytest.raises(HomebodyError, match="e.csv, line 3: time_s is 'x': expected a number"):
        read_log(tmp_path / "e.csv")
    (tmp_path / "f.csv").write_text(text + "\n1,2\n")
    with pytest.raises(HomebodyError, match="line 2: 2 fields, expected 15"):
        read_log(tmp_path / "f.csv")
    (tmp_path / "g.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(HomebodyError, match="is no text"):
        read_log(tmp_path / "g.csv")
    (tmp_path / "h.csv").write_text("")
    with pytest.raises(HomebodyError, match="no column time_s"):
        read_log(tmp_path / "h.csv")
    with pytest.raises(HomebodyError, match="no log at"):
        read_log(tmp_path / "none.csv")


def test_settings_out_of_range_are_refused():
    for config in (lambda: IdentifyConfig(seconds=0), lambda: IdentifyConfig(arm=ArmConfig(step_s=0.1)), lambda: ExciteConfig(share=2)):
        with pytest.raises(HomebodyError, match="expected"):
            config()
