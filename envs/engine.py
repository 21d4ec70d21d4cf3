"""The batched engine: many simulations of the house on `mujoco.batch` behind Gymnasium's vector API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium.vector import AutoresetMode

from ..core.errors import HomebodyError, unknown
from ..core.instructions import phrasings
from ..core.kinematics import rotation_to_6d
from ..core.types import CONTROL_HZ, Certificate, Goal
from .axes import RANDOMIZE, check_axes, draw_axes, episode_stream
from .episode import Episode
from .projection import camera_poses, project
from .rendering import RenderPool, View
from .robots.panda import tactile_image
from .scenes.profiles import Profile
from .senses import Senses
from .simulations import Simulations
from .spaces import action_space, cpu_name, observation_space
from .stages import find_stage
from .tasks import HOLD_STEPS
from .variation import DELAYS, raised


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
        self, task: str = "all", num_envs: int = 1, *, robot: str = "panda", scene: str = "", image_size: int = 128,
        cameras: Sequence[str] = ("scene", "wrist"), privileged: bool = False, split: str = "train", reward: str = "sparse",
        randomize: str | None = None, axes: Mapping[str, float] | None = None, threads: int = 2, render_mode: str | None = None,
    ) -> None:  # fmt: skip
        """scene: by default the task's own; `all` are the tasks of the first kitchen."""
        if num_envs < 1:
            raise HomebodyError(f"num_envs is {num_envs}: expected 1 or more")
        if not 16 <= image_size <= 720:
            raise HomebodyError(f"image_size is {image_size}: expected 16 to 720 pixels")
        if reward not in ("sparse", "dense"):
            raise HomebodyError(f"unknown reward {reward!r}: expected 'sparse' or 'dense'")
        if randomize is not None and randomize not in RANDOMIZE:
            raise unknown("randomisation", randomize, RANDOMIZE)
        self._fixed_axes = check_axes(axes or {})
        self.stage = find_stage(task, robot, scene)
        self.task, self.split, self.reward_kind, self.randomize = task, split, reward, randomize
        self.num_envs, self.render_mode = num_envs, render_mode
        self.model, self.robot = self.stage.model, self.stage.robot
        self.cameras, self.image_size, self.privileged = tuple(cameras), image_size, privileged
        self._threads = threads
        self._sims = Simulations(self.stage, num_envs, threads)
        self._qpos, self._qvel, self._ctrl, self._sensor = (self._sims.fields[n] for n in ("qpos", "qvel", "ctrl", "sensordata"))
        self._views = [View(c, image_size, image_size) for c in self.cameras]
        self._pools: dict[str, RenderPool] = {}
        self._next_index = 0
        self._episodes: list[Episode | None] = [None] * num_envs
        self._index = np.full(num_envs, -1, np.int64)
        self._steps, self._held = np.zeros(num_envs, np.int64), np.zeros(num_envs, np.int64)
        self._done = np.ones(num_envs, bool)
        self._images = [np.zeros((num_envs, image_size, image_size, 3), np.uint8) for _ in self.cameras]
        self._senses = Senses(num_envs)
        self._world_pose = np.tile(np.eye(4), (num_envs, 1, 1))
        seen = self._view()
        size = len(self.stage.privileged(self.stage.goals[0], seen[0]))
        self.single_observation_space = observation_space(image_size, self.cameras, self.robot, size if privileged else 0)
        self.single_action_space = action_space(self.robot)
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, num_envs)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, num_envs)

    # --- episodes -----------------------------------------------------------------------------------------------------
    def reset(self, *, seed: int | list[int | None] | None = None, options: Mapping[str, Any] | None = None):  # type: ignore[override]
        """Starts episodes in the slots of `reset_mask` (all by default); see the class. `seed` is the first episode index."""
        options = dict(options or {})
        mask = np.asarray(options.get("reset_mask", np.ones(self.num_envs, bool)), bool)
        slots = np.flatnonzero(mask)
        indices = self._resolve_indices(seed, options.get("index"), len(slots))
        goals, words, axes = options.get("goal"), options.get("instruction"), options.get("axes")
        for n, (slot, index) in enumerate(zip(slots, indices, strict=True)):
            chosen = axes[n] if axes is not None else self._draw(int(index))
            self._begin(int(slot), int(index), check_axes(chosen), goals[n] if goals else None, words[n] if words else None)
        if len(slots):
            self._sims.forward(slots)
        views = self._view()
        predicates = self._predicates(views)
        for slot in map(int, slots):
            self._episode(slot).initially, self._episode(slot).initial_hash = predicates[slot], self.state_hash(slot)
        return self._observe(slots, views), self._info(predicates)

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

    def _draw(self, index: int) -> dict[str, float]:
        return (draw_axes(self.randomize, self.task, self.split, index) if self.randomize else {}) | self._fixed_axes

    def _begin(self, slot: int, index: int, axes: dict[str, float], goal: Goal | None, instruction: str | None) -> None:
        key = (self.task, self.split, index)
        start = raised(self.stage.start(*key, axes), axes)
        episode = Episode(self.stage, start, axes, key, goal, instruction, self._sims.parked)
        model = self.stage.dress(start, axes, episode_stream(*key, "directions"))
        self._sims.load(slot, start, model, late=any(axes.get(n, 0) > 0 for n in DELAYS))
        self._senses.begin(slot, axes, *key)
        self._episodes[slot], self._index[slot] = episode, index
        self._steps[slot] = self._held[slot] = 0
        self._done[slot] = False

    def _episode(self, slot: int) -> Episode:
        episode = self._episodes[slot]
        if episode is None:
            raise HomebodyError(f"slot {slot} has no episode: reset it first")
        return episode

    # --- stepping -----------------------------------------------------------------------------------------------------
    def step(self, actions: np.ndarray):  # type: ignore[override]
        """actions (B, A) -> observation, reward (B,), terminated (B,), truncated (B,), info."""
        actions = np.asarray(actions, np.float64)
        if actions.shape != self._ctrl.shape:
            raise HomebodyError(f"actions have shape {actions.shape}: expected {self._ctrl.shape}")
        active = np.flatnonzero(~self._done)
        bad = active[~np.isfinite(actions[active]).all(1)]
        if len(bad):
            raise HomebodyError(f"action of slot {bad[0]} is not finite: {actions[bad[0]].tolist()}")
        if len(active):
            self._happen(active)
            self._ctrl[active] = self.robot.clip(self._ctrl[active], actions[active], CONTROL_HZ)
            self._sims.step(active)
        self._steps[active] += 1
        views = self._view()
        predicates = self._predicates(views)
        self._watch(active, views)
        hold = np.array([all(p.values()) for p in predicates]) & ~self._sims.diverged
        self._held[active] = np.where(hold[active], self._held[active] + 1, 0)
        success = self._held >= HOLD_STEPS
        reward = np.zeros(self.num_envs)
        for i in active:
            sparse = self.reward_kind == "sparse"
            reward[i] = float(success[i]) if sparse else self.stage.reward(self.goal(i), views[i], bool(success[i]))
        terminated, truncated = np.zeros(self.num_envs, bool), np.zeros(self.num_envs, bool)
        terminated[active] = success[active] | self._sims.diverged[active]
        horizons = np.array([self.horizon(i) for i in range(self.num_envs)])
        truncated[active] = (self._steps >= horizons)[active] & ~terminated[active]
        observation = self._observe(active, views)
        self._done |= terminated | truncated
        return observation, reward, terminated, truncated, self._info(predicates)

    def _watch(self, slots: np.ndarray, views: list[Any]) -> None:
        q, fall = self._qpos[:, self.stage.rig.arm_qpos], -self._qvel[:, self.stage.loose_qvel]
        for i in map(int, slots):
            self._episode(i).safety.see(self.robot, q[i], fall[i], self.stage.safety(views[i]))

    def _happen(self, active: np.ndarray) -> None:
        """What others do during the step: people and pets move, things are pushed, an instruction changes."""
        for i in map(int, active):
            episode, step = self._episode(i), int(self._steps[i])
            if not episode.events.any:
                continue
            self._sims.place(i, episode.events.mocap(step))
            push = episode.events.push(step)
            if push is not None:
                self._sims.push(i, *push)
            if episode.hear(step, self._seen[i]):
                self._held[i] = 0

    # --- reading ------------------------------------------------------------------------------------------------------
    def _view(self) -> list[Any]:
        starts = [e.start if e else None for e in self._episodes]
        base = np.stack([s.T_world_base if s else np.eye(4) for s in starts])
        with np.errstate(invalid="ignore", over="ignore"):  # of a slot that diverged
            self._pose = self.robot.forward(self._qpos[:, self.stage.rig.arm_qpos])  # (B, 4, 4) in the base frame
            before, self._world_pose = self._world_pose, base @ self._pose
            self._tool_speed = CONTROL_HZ * np.linalg.norm(self._world_pose[:, :3, 3] - before[:, :3, 3], axis=1)
        self._seen = self.stage.views(self._sims.fields, self._world_pose, starts)
        return self._seen

    def _observe(self, slots: np.ndarray, views: list[Any]) -> dict[str, np.ndarray]:
        """Observations of all slots; pictures are redrawn for `slots` only, the others stand still."""
        rig, n = self.stage.rig, self.robot.dof
        q, dq = self._qpos[:, [*rig.arm_qpos, *rig.finger_qpos]], self._qvel[:, rig.arm_qvel]
        pose = self._pose
        late = [i for i in range(self.num_envs) if self.axes(i).get("encoder_delay", 0) > 0]
        if late:
            q[late], dq[late] = self._sensor[late][:, rig.encoders[0]], self._sensor[late][:, rig.encoders[1, :n]]
            pose = self.robot.forward(q[:, :n])
        width = self.robot.width(q[:, n:])[:, None]
        proprio = [q[:, :n], dq, width, pose[:, :3, 3], rotation_to_6d(pose[:, :3, :3])]
        out: dict[str, np.ndarray] = {}
        if self._views and len(slots):
            finite = [int(s) for s in slots if not self._sims.diverged[s]]
            self._pool("fast").draw(self._sims.frames(), self._views, finite, self._images, self._sims.own_models())
        out |= dict(zip(self.cameras, self._senses.pictures([int(s) for s in slots], self._images), strict=True))
        out["tactile"] = self._senses.taxels(tactile_image(self._sensor[:, rig.tactile[0]], self._sensor[:, rig.tactile[1]]))
        out["proprio"] = np.concatenate(proprio, axis=1).astype(np.float32)
        if self.privileged:
            out["privileged"] = np.stack([self.stage.privileged(self.goal(i), v) for i, v in enumerate(views)])
        broken = self._sims.diverged.any()
        return {k: np.where(np.isfinite(v), v, 0).astype(v.dtype) if broken and v.dtype != np.uint8 else v for k, v in out.items()}

    def _predicates(self, views: list[Any]) -> list[dict[str, bool]]:
        """Each slot's goal predicates now."""
        speeds = self._tool_speed
        return [e.predicates(v, float(speeds[i])) if e else {} for i, (e, v) in enumerate(zip(self._episodes, views, strict=True))]

    def _info(self, predicates: list[dict[str, bool]]) -> dict[str, Any]:
        episodes = self._episodes
        return {
            "instruction": [e.instruction if e else "" for e in episodes], "success": self._held >= HOLD_STEPS,
            "credit": np.array([e.credit(p) if e else 0.0 for e, p in zip(episodes, predicates, strict=True)]),
            "diverged": self._sims.diverged.copy(), "index": self._index.copy(), "predicates": predicates,
            "safety": [e.safety.to_json() if e else {} for e in episodes],
        }  # fmt: skip

    def _pool(self, profile: Profile) -> RenderPool:
        if profile not in self._pools:
            self._pools[profile] = RenderPool(self.model, threads=min(self._threads, 2), profile=profile)
        return self._pools[profile]

    # --- one slot -----------------------------------------------------------------------------------------------------
    def snapshot(self, i: int) -> Any:
        """The state that predicates read, of slot i, as of the last reset or step."""
        return self._seen[i]

    def tool_state(self, i: int) -> tuple[np.ndarray, float]:
        """Measured tool pose (4, 4) in the world and gripper width [m]."""
        return self._world_pose[i].copy(), float(self.robot.width(self._qpos[i : i + 1, self.stage.rig.finger_qpos])[0])

    def base_pose(self, i: int) -> np.ndarray:
        """(4, 4) where slot i's robot stands in the world."""
        episode = self._episodes[i]
        return episode.start.T_world_base.copy() if episode else np.eye(4)

    def detail(self, i: int) -> Any:
        """What slot i's stage remembers of its episode (cast, layout, ...); None in the first kitchen."""
        return self._episode(i).start.detail

    def arm_target(self, i: int) -> np.ndarray:
        """(n,) joint targets in force [rad]."""
        return self._ctrl[i, : self.robot.dof].copy()

    def gripper_target(self, i: int) -> float:
        return float(self._ctrl[i, -1])

    def held_actions(self) -> np.ndarray:
        """(B, A) the targets in force: the action that changes nothing."""
        return self._ctrl.astype(np.float32)

    def finished(self, i: int) -> bool:
        """Whether slot i's episode has ended (or none has begun)."""
        return bool(self._done[i])

    def episode_index(self, i: int) -> int:
        return int(self._index[i])

    def goal(self, i: int) -> Goal:
        episode = self._episodes[i]
        return episode.goal if episode else self.stage.goals[0]

    def valid_goals(self, i: int) -> list[Goal]:
        """Every goal that slot i's initial state allows; at least three."""
        episode = self._episodes[i]
        return list(episode.start.valid) if episode else []

    def paraphrases(self, i: int) -> list[str]:
        return list(phrasings(self.goal(i), self.split))

    def instruction(self, i: int) -> str:
        return self._episode(i).instruction

    def pixels(self, i: int) -> np.ndarray:
        """(cameras, 10, 2) where POINTS appear in each camera's picture: x right, y down, [-1, 1] inside."""
        points, tool, model = self.points(i)[None], self._world_pose[i : i + 1], self._sims.models[i]
        views = [project(points, camera_poses(model, c, tool), model.cam_fovy[model.camera(c).id])[0] for c in self.cameras]
        return np.stack(views)

    def axes(self, i: int) -> dict[str, float]:
        """What differs from the nominal house in slot i's episode."""
        episode = self._episodes[i]
        return dict(episode.axes) if episode else {}

    def model_of(self, i: int) -> mujoco.MjModel:
        """The model that slot i's episode runs on: the stage's, or its own where axes, layout or things differ."""
        return self._sims.models[i]

    def horizon(self, i: int) -> int:
        return self.stage.horizon(self.goal(i))

    def steps(self, i: int) -> int:
        """Control steps since the start of slot i's episode."""
        return int(self._steps[i])

    def holds(self, i: int, goal: Goal) -> bool:
        """Whether `goal`'s predicates hold in slot i now."""
        episode = self._episodes[i]
        return episode is not None and all(c(self._seen[i]) for c in self.stage.checks(goal, episode.start).values())

    def points(self, i: int) -> np.ndarray:
        """(P, 3) places that goals can name [m]; in the first kitchen those of core.types.POINTS."""
        return self.stage.points(self._seen[i])

    def get_state(self, i: int) -> np.ndarray:
        """Full physics state of slot i (N,), solver warm start included."""
        return self._sims.get_state(i)

    def set_state(self, i: int, state: np.ndarray) -> None:
        """Puts slot i into a state from `get_state`; stepping from it is bit-identical to the original."""
        self._sims.set_state(i, state)

    def state_hash(self, i: int) -> str:
        """SHA-256 of slot i's physics state, 16 hex digits."""
        return self._sims.state_hash(i)

    def certificate(self, i: int) -> Certificate:
        """What makes slot i's episode repeatable; `final_hash` is the state now."""
        episode = self._episode(i)
        return Certificate(
            task=self.task, robot=self.robot.name, split=self.split, index=int(self._index[i]), goal=episode.first_goal,
            model_hash=self.stage.model_hash, engine=f"mujoco {mujoco.__version__}", cpu=cpu_name(),
            axes=episode.axes, initial_hash=episode.initial_hash, final_hash=self.state_hash(i),
        )  # fmt: skip

    def find_index(self, goal: Goal, start: int = 0) -> int:
        """The first episode index from `start` on whose initial state allows `goal`."""
        for index in range(start, start + 1000):
            if goal in self.stage.start(self.task, self.split, index, self._fixed_axes).valid:
                return index
        raise HomebodyError(f"no episode of {self.task!r} from {start} to {start + 1000} allows {goal.to_json()}")

    def render_slot(self, i: int, camera: str = "scene", size: tuple[int, int] = (480, 640), profile: Profile = "fast") -> np.ndarray:
        """A picture of slot i, (height, width, 3) uint8."""
        out = np.zeros((self.num_envs, *size, 3), np.uint8)
        self._pool(profile).draw(self._sims.frames(), [View(camera, *size)], [i], [out], self._sims.own_models())
        return out[i]

    def render(self) -> tuple[np.ndarray, ...] | None:  # type: ignore[override]
        if self.render_mode != "rgb_array":
            return None
        return tuple(self.render_slot(i, size=(256, 256)) for i in range(self.num_envs))

    def close_extras(self, **_: Any) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
