"""A simulation that broke is flagged within one control step, is never taken for an episode, and is never silently reset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import mujoco
import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.simulations import DEPTH_LIMIT_M

SLOTS = 20
Inject = Callable[[HouseholdVectorEnv, int, np.random.Generator], bool]


def not_a_number(env: HouseholdVectorEnv, slot: int, rng: np.random.Generator) -> bool:
    """NaN or infinity anywhere in positions or speeds."""
    field = env._qpos if rng.random() < 0.5 else env._qvel
    field[slot, rng.integers(field.shape[1])] = rng.choice([np.nan, np.inf, -np.inf])
    return True


def runaway(env: HouseholdVectorEnv, slot: int, rng: np.random.Generator) -> bool:
    """A speed or a place that nothing in a house has."""
    field = env._qpos if rng.random() < 0.3 else env._qvel
    field[slot, rng.integers(field.shape[1])] = rng.choice([-1.0, 1.0]) * 10.0 ** rng.uniform(6, 14)
    return True


def huge_force(env: HouseholdVectorEnv, slot: int, rng: np.random.Generator) -> bool:
    """Millions of newtons on something that can give way to them."""
    model, force, place = env.model_of(slot), np.zeros(3), np.zeros(3)
    data = mujoco.MjData(model)
    data.qpos[:] = env._qpos[slot]
    mujoco.mj_forward(model, data)
    while True:
        body = int(rng.choice(np.flatnonzero(model.body_dofnum > 0)))
        force = rng.normal(size=3)
        force *= 10.0 ** rng.uniform(7.5, 12) / np.linalg.norm(force)
        place, pushed = data.xipos[body], np.zeros(model.nv)
        mujoco.mj_applyFT(model, data, force, np.zeros(3), place, body, pushed)
        own = model.body_dofadr[body] + np.arange(model.body_dofnum[body])
        if np.abs(pushed[own]).max() > 0.05 * np.linalg.norm(force):  # not through a hinge's own axis
            env._sims.push(slot, body, force)
            return True


def deep(env: HouseholdVectorEnv, slot: int, rng: np.random.Generator) -> bool:
    """Two things one inside the other, or a thing inside furniture, as MuJoCo's own collision pipeline sees it."""
    model, qpos = env.model_of(slot), env._qpos[slot].copy()
    names = env.stage.names  # type: ignore[attr-defined]
    data = mujoco.MjData(model)
    model.opt.enableflags &= ~mujoco.mjtEnableBit.mjENBL_SLEEP.value
    things = [names.joint[b] for b in env._episode(slot).start.roles.values()]
    for _ in range(60):
        joint = int(rng.choice(things))
        adr = model.jnt_qposadr[joint]
        data.qpos[:] = qpos
        data.qpos[adr : adr + 3] = rng.uniform([0.3, -0.6, -0.06], [0.9, 0.6, 0.3])
        mujoco.mj_forward(model, data)
        if data.ncon and data.contact.dist.min() < -1.2 * DEPTH_LIMIT_M:
            env._qpos[slot] = data.qpos
            env._qvel[slot, model.jnt_dofadr[joint]] = 1e-3  # nothing that sleeps gets into anything
            break
    model.opt.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP.value
    return not np.array_equal(env._qpos[slot], qpos)


KINDS: tuple[Inject, ...] = (not_a_number, runaway, huge_force, deep)


def inject(rounds: int) -> tuple[Counter[str], list[str]]:
    """Breaks every second slot in `rounds` rounds; what was injected, and what went wrong."""
    env = HouseholdVectorEnv("hold_up_food", SLOTS, cameras=(), threads=2)
    rng, done, wrong = np.random.default_rng(0), Counter[str](), []
    for r in range(rounds):
        _, info = env.reset(options={"index": np.arange(SLOTS) + SLOTS * r})
        for _ in range(int(rng.integers(1, 4))):
            env.step(env.held_actions())
        broken: dict[int, str] = {}
        for slot in range(r % 2, SLOTS, 2):
            kind = KINDS[int(rng.integers(len(KINDS)))]
            if kind(env, slot, rng):
                broken[slot] = kind.__name__
        observation, _, terminated, _, info = env.step(env.held_actions())
        done.update(broken.values())
        for slot in range(SLOTS):
            what = broken.get(slot, "healthy")
            if bool(info["diverged"][slot]) != (slot in broken) or bool(terminated[slot]) != (slot in broken):
                wrong.append(f"round {r}, slot {slot}: {what}, flagged {info['diverged'][slot]}")
            if slot in broken and (info["success"][slot] or env.state_hash(slot) == env._episode(slot).initial_hash):
                wrong.append(f"round {r}, slot {slot}: {what} counts as a success or was set back")
        wrong += [f"round {r}: {n} is not finite" for n, v in observation.items() if not np.isfinite(v).all()]
    env.close()
    return done, wrong


def test_whatever_breaks_is_flagged_within_one_step_and_its_neighbours_are_not() -> None:
    done, wrong = inject(6)
    assert set(done) == {k.__name__ for k in KINDS} and not wrong, wrong[:5]


@pytest.mark.slow
def test_a_thousand_breakdowns_are_all_flagged() -> None:
    done, wrong = inject(101)
    assert done.total() >= 1000 and not wrong, (done, wrong[:10])
