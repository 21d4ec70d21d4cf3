"""The batched engine: many simulations of the house on `mujoco.batch` behind Gymnasium's vector API."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium.vector import AutoresetMode
from mujoco import batch

from ..core.errors import HomebodyError, unknown
from ..core.instructions import phrasings
from ..core.kinematics import DQ_MAX, Q_MAX, Q_MIN, forward, rotation_from_quaternion, rotation_to_6d
from ..core.types import ACTION_DIM, CONTROL_HZ, Certificate, Goal, goal_points
from .axes import RANDOMIZE, check_axes, draw_axes, episode_stream
from .initial import InitialState, initial_state, task_goals
from .model import SUBSTEPS, house_model
from .projection import camera_poses, project
from .rendering import RenderPool, View
from .robots.panda import tactile_image
from .scenes.profiles import Profile
from .spaces import GOALS, action_space, cpu_name, observation_space
from .tasks import HOLD_STEPS, TASKS, Check, Snapshot, dense_reward, goal_checks
from .variation import Look, PhysicsVariation, still_history, varied_look

SPEED_LIMIT = 500.0
"""A joint or body faster than this [rad/s or m/s] has diverged; a can squeezed out of the fingers spins at 200 rad/s."""


class HouseholdVectorEnv(gymnasium.vector.VectorEnv):  # type: ignore[type-arg]
    """B simulations of one house, each with an episode of its own.

    `reset(options={"index": (n,), "goal": [...], "instruction": [...], "axes": [...], "reset_mask": (B,)})`: the episode index
    fixes the initial state whatever ran before; `goal` and `instruction` replace what is asked for in that state; `axes`
    [{name: value}] sets what differs from the nominal house (envs.axes). Without it `randomize` ("train" or "heldout") draws
    every axis, and the constructor's `axes` hold in all episodes. A slot whose episode has ended ignores actions until it is
    reset (Gymnasium's AutoresetMode.DISABLED). Divergence terminates the episode with
    `info["diverged"]`; the engine's own silent reset is off.
    """

    metadata = {"autoreset_mode": AutoresetMode.DISABLED, "render_fps": CONTROL_HZ, "render_modes": ["rgb_array"]}  # noqa: RUF012

    def __init__(
        self, task: str = "all", num_envs: int = 1, *, robot: str = "panda", scene: str = "kitchen", image_size: int = 128,
        cameras: Sequence[str] = ("scene", "wrist"), privileged: bool = False, split: str = "train", reward: str = "sparse",
        randomize: str | None = None, axes: Mapping[str, float] | None = None, threads: int = 2, render_mode: str | None = None,
    ) -> None:  # fmt: skip
        if num_envs < 1:
            raise HomebodyError(f"num_envs is {num_envs}: expected 1 or more")
        if not 16 <= image_size <= 720:
            raise HomebodyError(f"image_size is {image_size}: expected 16 to 720 pixels")
        if reward not in ("sparse", "dense"):
            raise HomebodyError(f"unknown reward {reward!r}: expected 'sparse' or 'dense'")
        if randomize is not None and randomize not in RANDOMIZE:
            raise unknown("randomisation", randomize, RANDOMIZE)
        self._fixed_axes = check_axes(axes or {})
        task_goals(task)
        self.task, self.split, self.reward_kind, self.randomize = task, split, reward, randomize
        self.num_envs, self.render_mode = num_envs, render_mode
        self.house = house_model(robot, scene)
        self.model = self.house.model
        self.cameras, self.image_size, self.privileged = tuple(cameras), image_size, privileged
        self.single_observation_space = observation_space(image_size, self.cameras, privileged)
        self.single_action_space = action_space()
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, num_envs)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, num_envs)
        self._threads = threads
        self._batch = batch.Batch(self.model, nsim=num_envs, nthread=threads)
        self._qpos, self._qvel, self._ctrl = (self._batch.bind(n) for n in ("qpos", "qvel", "ctrl"))
        self._sensor, self._history = self._batch.bind("sensordata"), self._batch.bind("history")
        self._physics = PhysicsVariation(self.house, self._batch)
        self._axes: list[dict[str, float]] = [{} for _ in range(num_envs)]
        self._looks: list[Look | None] = [None] * num_envs
        self._views = [View(c, image_size, image_size) for c in self.cameras]
        self._pools: dict[str, RenderPool] = {}
        self._next_index = 0
        self._episodes: list[InitialState | None] = [None] * num_envs
        self._goals: list[Goal] = [GOALS[0]] * num_envs
        self._instructions = [""] * num_envs
        self._checks: list[dict[str, Check]] = [{} for _ in range(num_envs)]
        self._initially: list[dict[str, bool]] = [{} for _ in range(num_envs)]
        self._initial_hash = [""] * num_envs
        self._index = np.full(num_envs, -1, np.int64)
        self._steps, self._held = np.zeros(num_envs, np.int64), np.zeros(num_envs, np.int64)
        self._done = np.ones(num_envs, bool)
        self._diverged = np.zeros(num_envs, bool)
        self._images = [np.zeros((num_envs, image_size, image_size, 3), np.uint8) for _ in self.cameras]

    # --- episodes -----------------------------------------------------------------------------------------------------
    def reset(self, *, seed: int | list[int | None] | None = None, options: Mapping[str, Any] | None = None):  # type: ignore[override]
        """Starts episodes in the slots of `reset_mask` (all by default); see the class. `seed` is the first episode index."""
        options = dict(options or {})
        mask = np.asarray(options.get("reset_mask", np.ones(self.num_envs, bool)), bool)
        slots = np.flatnonzero(mask)
        indices = self._resolve_indices(seed, options.get("index"), len(slots))
        goals, words, axes = options.get("goal"), options.get("instruction"), options.get("axes")
        for n, (slot, index) in enumerate(zip(slots, indices, strict=True)):
            self._vary(int(slot), int(index), axes[n] if axes is not None else None)
            self._begin(int(slot), int(index), goals[n] if goals else None, words[n] if words else None)
        if len(slots):
            self._batch.forward(ids=slots)
            for slot in slots:
                self._initial_hash[slot] = self.state_hash(int(slot))
        snapshots = self._snapshots()
        predicates = self._predicates(snapshots)
        for slot in slots:
            self._initially[slot] = predicates[slot]
        return self._observe(slots, snapshots), self._info(predicates)

    def _late(self, slot: int) -> bool:
        return any(self._axes[slot].get(n, 0) > 0 for n in ("action_delay", "encoder_delay"))

    def _resolve_indices(self, seed: Any, index: Any, count: int) -> np.ndarray:
        if index is not None:
            out = np.atleast_1d(np.asarray(index, np.int64))
            if len(out) != count:
                raise HomebodyError(f"{len(out)} episode indices for {count} slots: expected one each")
            return out
        if isinstance(seed, int | np.integer):
            self._next_index = int(seed)
        elif seed is not None:
            return np.array([0 if s is None else s for s in seed], np.int64)[:count]
        out = self._next_index + np.arange(count)
        self._next_index += count
        return out

    def _vary(self, slot: int, index: int, axes: Mapping[str, float] | None) -> None:
        if axes is None:
            axes = (draw_axes(self.randomize, self.task, self.split, index) if self.randomize else {}) | self._fixed_axes
        self._axes[slot] = check_axes(axes)
        self._physics.apply(slot, self._axes[slot])
        self._looks[slot] = varied_look(self.model, self._axes[slot], episode_stream(self.task, self.split, index, "directions"))

    def _begin(self, slot: int, index: int, goal: Goal | None, instruction: str | None) -> None:
        start = initial_state(self.house, self.task, self.split, index)
        if goal is not None and goal not in start.valid:
            raise HomebodyError(
                f"goal {goal.to_json()} does not fit episode {index} of {self.task!r}: valid are {[g.to_json() for g in start.valid]}"
            )
        row = self._batch.state[slot]
        row[:] = 0.0
        self._batch.reset(ids=np.array([slot]), stage=mujoco.mjtStage.mjSTAGE_NONE)
        self._qpos[slot], self._qvel[slot], self._ctrl[slot] = start.qpos, 0.0, start.ctrl
        if self._late(slot):
            self._history[slot] = still_history(self.model, start.qpos, start.ctrl)
        self._batch.warning[slot] = 0
        self._episodes[slot] = start
        self._goals[slot] = goal or start.goal
        self._instructions[slot] = instruction or (
            start.instruction if goal in (None, start.goal) else phrasings(self._goals[slot], self.split)[0]
        )
        self._checks[slot] = goal_checks(self._goals[slot])
        self._index[slot] = index
        self._steps[slot] = self._held[slot] = 0
        self._done[slot] = self._diverged[slot] = False

    # --- stepping -----------------------------------------------------------------------------------------------------
    def step(self, actions: np.ndarray):  # type: ignore[override]
        """actions (B, 8) -> observation, reward (B,), terminated (B,), truncated (B,), info."""
        actions = np.asarray(actions, np.float64)
        if actions.shape != (self.num_envs, ACTION_DIM):
            raise HomebodyError(f"actions have shape {actions.shape}: expected ({self.num_envs}, {ACTION_DIM})")
        active = np.flatnonzero(~self._done)
        bad = active[~np.isfinite(actions[active]).all(1)]
        if len(bad):
            raise HomebodyError(f"action of slot {bad[0]} is not finite: {actions[bad[0]].tolist()}")
        if len(active):
            self._ctrl[active] = self._limit(self._ctrl[active], actions[active])
            self._advance(active)
        self._steps[active] += 1
        snapshots = self._snapshots()
        predicates = self._predicates(snapshots)
        hold = np.array([all(p.values()) for p in predicates]) & ~self._diverged
        self._held[active] = np.where(hold[active], self._held[active] + 1, 0)
        success = self._held >= HOLD_STEPS
        reward = np.zeros(self.num_envs)
        for i in active:
            reward[i] = float(success[i]) if self.reward_kind == "sparse" else dense_reward(self._goals[i], snapshots[i], bool(success[i]))
        terminated, truncated = np.zeros(self.num_envs, bool), np.zeros(self.num_envs, bool)
        terminated[active] = success[active] | self._diverged[active]
        horizons = np.array([self.horizon(i) for i in range(self.num_envs)])
        truncated[active] = (self._steps >= horizons)[active] & ~terminated[active]
        observation = self._observe(active, snapshots)
        self._done |= terminated | truncated
        return observation, reward, terminated, truncated, self._info(predicates)

    @staticmethod
    def _limit(ctrl: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Targets inside the joint range, moving no faster than the arm may (n, 8)."""
        arm = np.clip(target[:, :7], Q_MIN, Q_MAX)
        step = DQ_MAX / CONTROL_HZ
        arm = ctrl[:, :7] + np.clip(arm - ctrl[:, :7], -step, step)
        return np.concatenate([arm, np.clip(target[:, 7:], 0.0, 1.0)], axis=1)

    def _advance(self, active: np.ndarray) -> None:
        try:
            self._batch.step(ids=active, nstep=SUBSTEPS)
        except batch.SimulationError as error:
            self._diverged[error.ids] = True
        w = mujoco.mjtWarning
        kinds = [w.mjWARN_BADQPOS, w.mjWARN_BADQVEL, w.mjWARN_BADQACC, w.mjWARN_CONTACTFULL, w.mjWARN_CNSTRFULL]
        warned = self._batch.warning[:, [k.value for k in kinds], 1].any(1)
        wild = ~np.isfinite(self._qpos).all(1) | ~(np.abs(self._qvel) < SPEED_LIMIT).all(1)
        self._diverged[active] |= (warned | wild)[active]

    # --- reading ------------------------------------------------------------------------------------------------------
    def _snapshots(self) -> list[Snapshot]:
        h = self.house
        pose = self._qpos[:, h.object_qpos]  # (B, 6, 7)
        fixtures = self._qpos[:, h.fixture_qpos]  # (B, 3)
        speed = np.linalg.norm(self._qvel[:, h.object_qvel[:, :3]], axis=-1)
        touch = self._sensor[:, h.touch]  # (B, 6, 2)
        rotation = rotation_from_quaternion(pose[..., 3:])
        self._pose = forward(self._qpos[:, h.arm_qpos])  # (B, 4, 4)
        points = np.concatenate([pose[..., :3], h.handles(fixtures), np.broadcast_to(h.bin_floor, (self.num_envs, 1, 3))], axis=1)
        self._seen = [
            Snapshot(fixtures=fixtures[i], position=pose[i, :, :3], rotation=rotation[i], speed=speed[i], touch=touch[i],
                     tool=self._pose[i, :3, 3], points=points[i])
            for i in range(self.num_envs)
        ]  # fmt: skip
        return self._seen

    def _observe(self, slots: np.ndarray, snapshots: list[Snapshot]) -> dict[str, np.ndarray]:
        """Observations of all slots; pictures are redrawn for `slots` only, the others stand still."""
        h = self.house
        q, dq = self._qpos[:, [*h.arm_qpos, *h.finger_qpos]], self._qvel[:, h.arm_qvel]
        pose = self._pose
        late = [i for i, axes in enumerate(self._axes) if axes.get("encoder_delay", 0) > 0]
        if late:
            q[late], dq[late] = self._sensor[late][:, h.encoders[0]], self._sensor[late][:, h.encoders[1, :7]]
            pose = forward(q[:, :7])
        proprio = [q[:, :7], dq, q[:, 7:].sum(1, keepdims=True), pose[:, :3, 3], rotation_to_6d(pose[:, :3, :3])]
        out: dict[str, np.ndarray] = {}
        if self._views and len(slots):
            finite = [int(s) for s in slots if not self._diverged[s]]
            self._pool("fast").draw(self._qpos, self._views, finite, self._images, self._looks)
        for camera, image in zip(self.cameras, self._images, strict=True):
            out[camera] = image.copy()
        gain = np.array([axes.get("taxel_gain", 1.0) for axes in self._axes])[:, None]
        out["tactile"] = tactile_image(gain * self._sensor[:, h.tactile[0]], gain * self._sensor[:, h.tactile[1]])
        out["proprio"] = np.concatenate(proprio, axis=1).astype(np.float32)
        if self.privileged:
            out["privileged"] = np.stack([self._privileged(i, s) for i, s in enumerate(snapshots)])
        return {
            k: np.where(np.isfinite(v), v, 0).astype(v.dtype) if self._diverged.any() and v.dtype != np.uint8 else v for k, v in out.items()
        }

    def _privileged(self, i: int, s: Snapshot) -> np.ndarray:
        onehot = np.zeros(len(GOALS))
        onehot[GOALS.index(self._goals[i])] = 1
        return np.concatenate([s.points.ravel(), s.fixtures, s.tool, s.points[goal_points(self._goals[i])[0]] - s.tool, onehot]).astype(
            np.float32
        )

    def _predicates(self, snapshots: list[Snapshot]) -> list[dict[str, bool]]:
        """Each slot's goal predicates now."""
        return [{k: c(s) for k, c in checks.items()} for checks, s in zip(self._checks, snapshots, strict=True)]

    def _info(self, predicates: list[dict[str, bool]]) -> dict[str, Any]:
        credit = [self._credit(before, now) for before, now in zip(self._initially, predicates, strict=True)]
        return {
            "instruction": list(self._instructions), "success": self._held >= HOLD_STEPS, "credit": np.array(credit),
            "diverged": self._diverged.copy(), "index": self._index.copy(), "predicates": predicates,
        }  # fmt: skip

    @staticmethod
    def _credit(before: Mapping[str, bool], now: Mapping[str, bool]) -> float:
        """Share of the predicates, false at the start, that hold now."""
        open_ = [k for k, v in before.items() if not v]
        return float(np.mean([now[k] for k in open_])) if open_ else float(all(now.values()))

    def _pool(self, profile: Profile) -> RenderPool:
        if profile not in self._pools:
            self._pools[profile] = RenderPool(self.model, threads=min(self._threads, 2), profile=profile)
        return self._pools[profile]

    # --- one slot -----------------------------------------------------------------------------------------------------
    def snapshot(self, i: int) -> Snapshot:
        """The state that predicates read, of slot i, as of the last reset or step."""
        return self._seen[i]

    def tool_state(self, i: int) -> tuple[np.ndarray, float]:
        """Measured tool pose (4, 4) in the base frame and gripper width [m]."""
        return self._pose[i].copy(), float(self._qpos[i, self.house.finger_qpos].sum())

    def arm_target(self, i: int) -> np.ndarray:
        """(7,) joint targets in force [rad]."""
        return self._ctrl[i, :7].copy()

    def gripper_target(self, i: int) -> float:
        return float(self._ctrl[i, 7])

    def held_actions(self) -> np.ndarray:
        """(B, 8) the targets in force: the action that changes nothing."""
        return self._ctrl.astype(np.float32)

    def finished(self, i: int) -> bool:
        """Whether slot i's episode has ended (or none has begun)."""
        return bool(self._done[i])

    def episode_index(self, i: int) -> int:
        return int(self._index[i])

    def goal(self, i: int) -> Goal:
        return self._goals[i]

    def valid_goals(self, i: int) -> list[Goal]:
        """Every goal that slot i's initial state allows; at least three."""
        start = self._episodes[i]
        return list(start.valid) if start else []

    def paraphrases(self, i: int) -> list[str]:
        return list(phrasings(self._goals[i], self.split))

    def instruction(self, i: int) -> str:
        return self._instructions[i]

    def pixels(self, i: int) -> np.ndarray:
        """(cameras, 10, 2) where POINTS appear in each camera's picture: x right, y down, [-1, 1] inside."""
        points, tool = self._seen[i].points[None], self._pose[i : i + 1]
        look = self._looks[i]
        fovy = (look or self.model).cam_fovy
        views = [project(points, camera_poses(self.model, c, tool, look), fovy[self.model.camera(c).id])[0] for c in self.cameras]
        return np.stack(views)

    def axes(self, i: int) -> dict[str, float]:
        """What differs from the nominal house in slot i's episode."""
        return dict(self._axes[i])

    def horizon(self, i: int) -> int:
        return TASKS[self._goals[i].task].horizon

    def steps(self, i: int) -> int:
        """Control steps since the start of slot i's episode."""
        return int(self._steps[i])

    def holds(self, i: int, goal: Goal) -> bool:
        """Whether `goal`'s predicates hold in slot i now."""
        s = self.snapshot(i)
        return all(c(s) for c in goal_checks(goal).values())

    def points(self, i: int) -> np.ndarray:
        """(10, 3) positions of core.types.POINTS [m]."""
        return self.snapshot(i).points

    def get_state(self, i: int) -> np.ndarray:
        """Full physics state of slot i (N,), solver warm start included."""
        return np.array(self._batch.state[i])

    def set_state(self, i: int, state: np.ndarray) -> None:
        """Puts slot i into a state from `get_state`; stepping from it is bit-identical to the original."""
        if np.shape(state) != self._batch.state[i].shape:
            raise HomebodyError(f"state of {np.shape(state)} numbers: expected {self._batch.state[i].shape}")
        self._batch.state[i] = state

    def state_hash(self, i: int) -> str:
        """SHA-256 of slot i's physics state, 16 hex digits."""
        return hashlib.sha256(np.ascontiguousarray(self._batch.state[i]).tobytes()).hexdigest()[:16]

    def certificate(self, i: int) -> Certificate:
        """What makes slot i's episode repeatable; `final_hash` is the state now."""
        return Certificate(
            task=self.task, robot=self.house.robot, split=self.split, index=int(self._index[i]), goal=self._goals[i],
            model_hash=self.house.model_hash, engine=f"mujoco {mujoco.__version__}", cpu=cpu_name(),
            axes=self._axes[i], initial_hash=self._initial_hash[i], final_hash=self.state_hash(i),
        )  # fmt: skip

    def find_index(self, goal: Goal, start: int = 0) -> int:
        """The first episode index from `start` on whose initial state allows `goal`."""
        for index in range(start, start + 1000):
            if goal in initial_state(self.house, self.task, self.split, index).valid:
                return index
        raise HomebodyError(f"no episode of {self.task!r} from {start} to {start + 1000} allows {goal.to_json()}")

    def render_slot(self, i: int, camera: str = "scene", size: tuple[int, int] = (480, 640), profile: Profile = "fast") -> np.ndarray:
        """A picture of slot i, (height, width, 3) uint8."""
        out = np.zeros((self.num_envs, *size, 3), np.uint8)
        self._pool(profile).draw(self._qpos, [View(camera, *size)], [i], [out], self._looks)
        return out[i]

    def render(self) -> tuple[np.ndarray, ...] | None:  # type: ignore[override]
        if self.render_mode != "rgb_array":
            return None
        return tuple(self.render_slot(i, size=(256, 256)) for i in range(self.num_envs))

    def close_extras(self, **_: Any) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
