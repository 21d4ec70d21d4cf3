"""The batched engine: many simulations of the house on `mujoco.batch` behind Gymnasium's vector API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

from ..core.errors import HomebodyError
from ..core.reference import JointReference
from ..core.robots import DEFAULT_ROBOT
from ..core.types import CONTROL_HZ, Goal
from .arguments import camera_names, choice, flag, picture_size, whole
from .arguments import render_mode as check_mode
from .axes import RANDOMIZE, check_axes, draw_axes, episode_stream
from .control import CONTROL_MODES
from .episode import Episode
from .labels import MARKED
from .profiles import Profile
from .rendering import Kind, RenderPool, View
from .requests import Streams, read_request
from .sensors.cameras import EXTRA, camera_sensor, camera_views, key_of
from .sensors.extrinsics import as_calibrated
from .sensors.frames import Frames
from .sensors.registry import ALWAYS, SENSORS, requested
from .sensors.sensor import Condition, Reading, Setting
from .simulations import Simulations
from .slot_state import SlotState, fits
from .slots import Slots
from .spaces import objects, observation_space
from .splits import SPLITS
from .stage import HOLD_STEPS
from .stages import find_stage
from .variation import DELAYS, raised

REWARDS = ("sparse", "dense")


class HouseholdVectorEnv(Slots):
    """B simulations of one house, each with an episode of its own.

    `reset(options={"index": [...], "goal": [...], "instruction": [...], "axes": [...], "reset_mask": (B,) bool})`: the episode
    index fixes the initial state whatever ran before; `goal` and `instruction` replace what is asked for in that state; `axes`
    [{name: value}] sets what differs from the nominal house (envs.axes). Without it `randomize` ("train" or "heldout") draws
    every axis, and the constructor's `axes` hold in all episodes. Lists have one entry for each slot that starts, or one for
    each slot of the environment; None in them leaves the choice to the environment.

    `reset(seed=n)` starts episode n + i in slot i; a list of B seeds is indexed by slot. A slot with neither seed nor index
    draws the next episode from its own stream, which the last seed started: that of a single environment with the same seed.

    Arrays of the info hold a value for each slot, and `_key` says which slots have one, as Gymnasium's vector environments do. A
    slot whose episode has ended ignores actions until it is reset (AutoresetMode.DISABLED). Divergence terminates the episode
    with `info["diverged"]`; the engine's own silent reset is off.
    """

    metadata = {"autoreset_mode": AutoresetMode.DISABLED, "render_fps": CONTROL_HZ, "render_modes": ["rgb_array"]}  # noqa: RUF012

    def __init__(
        self, task: str = "first", num_envs: int = 1, *, robot: str = DEFAULT_ROBOT, scene: str = "", image_size: int | Sequence[int] = 128,
        cameras: Sequence[str] = ("scene", "wrist"), privileged: bool = False, split: str = "train", reward: str = "sparse",
        randomize: str | None = None, axes: Mapping[str, float] | None = None, threads: int = 2, render_mode: str | None = None,
        control_mode: str = "joint", sensors: Sequence[str] = (), marked: int = MARKED,
    ) -> None:  # fmt: skip
        """task: a task's name, or `first` for episodes of all six tasks of the first room. scene: by default the task's own.
        image_size: one number for square pictures, or (height, width). control_mode: what actions mean, see envs.control. sensors: what
        else is sensed: `depth` and `segmentation` of every camera, `wrench`, `joint_torques`, `taxel_forces`, and what was registered
        (envs.sensors.registry). marked: most goals of an episode that `labels` speaks of, its own first; each costs a millisecond a step."""
        self.num_envs, self._threads, self.marked = whole("num_envs", num_envs, 1), whole("threads", threads, 1), whole("marked", marked, 1)
        self.image_size, self.privileged = picture_size(image_size), flag("privileged", privileged)
        self.reward_kind, self.split = choice("reward", reward, REWARDS), choice("split", split, SPLITS)
        self.randomize = None if randomize is None else choice("randomisation", randomize, RANDOMIZE)
        self.render_mode, self._fixed_axes = check_mode(render_mode), check_axes({} if axes is None else axes)
        self.control_mode = choice("control_mode", control_mode, CONTROL_MODES)
        self._control = CONTROL_MODES[self.control_mode]
        self.sensors = requested(sensors)
        self.stage = find_stage(task, robot, scene, tuple(n for n in self.sensors if n in SENSORS and SENSORS[n].add is not None))
        self.task, self.model, self.robot = task, self.stage.model, self.stage.robot
        self.cameras = camera_names(cameras, sorted(self.model.camera(i).name for i in range(self.model.ncam)))
        self._sims = Simulations(self.stage, self.num_envs, self._threads)
        self._qpos, self._qvel, self._ctrl = (self._sims.fields[n] for n in ("qpos", "qvel", "ctrl"))
        self._reference = JointReference(self.robot.limits, self.num_envs, 1 / CONTROL_HZ, self._sims.substeps)
        self._views = camera_views(self.cameras, self.image_size, [k for k in EXTRA if k in self.sensors])
        self._read = (*map(camera_sensor, self._views), *ALWAYS, *(SENSORS[n] for n in self.sensors if n in SENSORS))
        self._pools: dict[str, RenderPool] = {}
        self._streams = Streams(self.num_envs)
        self._episodes: list[Episode | None] = [None] * self.num_envs
        self._index = np.full(self.num_envs, -1, np.int64)
        self._steps, self._held = np.zeros(self.num_envs, np.int64), np.zeros(self.num_envs, np.int64)
        self._done = np.ones(self.num_envs, bool)
        self._images = [view.empty(self.num_envs) for view in self._views]
        self._frames = Frames(self.num_envs)
        self._looks_in = np.zeros(self.num_envs, np.int64)
        self._reading = Reading(self.robot, self.stage.arm.hand, self.stage.rig, self._sims, self.model, self.num_envs)
        self._world_pose = np.tile(np.eye(4), (self.num_envs, 1, 1))
        seen = self._view()
        size = len(self.stage.privileged(None, seen[0])) if self.privileged else 0
        self.single_observation_space = observation_space(self._read, Setting(robot=self.robot, image_size=self.image_size), size)
        self.single_action_space = self._control.space(self.robot)
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, self.num_envs)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, self.num_envs)

    # --- episodes -----------------------------------------------------------------------------------------------------
    def reset(self, *, seed: int | Sequence[int | None] | None = None, options: Mapping[str, Any] | None = None):  # type: ignore[override]
        """Starts episodes in the slots of `reset_mask` (all by default); see the class. What is wrong is refused before any starts.
        A closed environment opens again."""
        request = read_request(seed, options, self.num_envs)
        self.closed = False
        if isinstance(seed, int):
            super().reset(seed=seed)  # Gymnasium's own stream of the whole, which nothing here draws from
        slots = [int(i) for i in request.slots]
        indices = [self._streams.index(*given) for given in zip(slots, request.seeds, request.indices, strict=True)]
        wanted = zip(indices, request.axes, request.goals, request.instructions, strict=True)
        for slot, episode in zip(slots, [self._prepare(*w) for w in wanted], strict=True):
            self._begin(slot, episode)
        if len(slots):
            self._sims.forward(request.slots)
        views = self._view()
        for slot in slots:
            self.stage.remember(self._episode(slot).past, views[slot], anew=True)
        predicates = self._predicates(views)
        for slot in slots:
            self._episode(slot).initially, self._episode(slot).initial_hash = predicates[slot], self.state_hash(slot)
        return self._observe(request.slots, views, slots), self._info(predicates)

    def _open(self) -> None:
        if self.closed:
            raise HomebodyError("this environment is closed: reset it to open it again, or make another")

    def _draw(self, index: int) -> dict[str, float]:
        return (draw_axes(self.randomize, self.task, self.split, index) if self.randomize else {}) | self._fixed_axes

    def _prepare(self, index: int, axes: Mapping[str, float] | None, goal: Goal | None, instruction: str | None) -> Episode:
        chosen, key = check_axes(self._draw(index) if axes is None else axes), (self.task, self.split, index)
        start = raised(self.stage.start(*key, chosen), chosen)
        return Episode(self.stage, start, chosen, key, goal, instruction, self._sims.parked)

    def _begin(self, slot: int, episode: Episode) -> None:
        axes, key = episode.axes, episode.key
        model = self.stage.dress(episode.start, axes, episode_stream(*key, "directions"))
        self._reference.rest(slot, episode.start.ctrl)
        self._sims.load(slot, episode.start, model, late=any(axes.get(n, 0) > 0 for n in DELAYS))
        self._reading.conditions[slot] = Condition(axes=axes, key=key)
        self._reading.calibrated[slot] = as_calibrated(episode.start.model or self.model, episode.start.T_world_base, self.stage.arm.hand)
        self._frames.begin(slot, self._reading.conditions[slot])
        self._episodes[slot], self._index[slot] = episode, key[2]
        self._steps[slot] = self._held[slot] = 0
        self._done[slot] = False

    def ask(self, i: int, goal: Goal, instruction: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Asks for another goal in slot i, in the world as it is now, whether its episode is over or not; observation and info.

        The goal's horizon, its success and what predicates remember begin anew. Raises HomebodyError for a goal that is not open to being
        done here and now (`open_goals`), and where the physics broke.
        """
        self._open()
        episode = self._episode(i)
        if self._sims.diverged[i]:
            raise HomebodyError(f"slot {i} diverged: reset it before something else is asked for")
        found = episode.open_to(self._seen[i])
        if goal not in found:
            raise HomebodyError(f"goal {goal.to_json()} is not open to being done now: open are {[g.to_json() for g in found]}")
        episode.ask(goal, instruction, found[goal], int(self._steps[i]), self._seen[i])
        self._held[i], self._done[i] = 0, False
        self._seen, self._marks = self.stage.views(self._sims.fields, self._world_pose, self._episodes), {}
        drawn = [i] if self._frames.again(i) else []
        return self._observe(np.array([i]), self._seen, drawn), self._info(self._predicates(self._seen))

    # --- stepping -----------------------------------------------------------------------------------------------------
    def expect_looks(self, frames: Sequence[int]) -> None:
        """Says, for the coming step alone, how many frames after its own each slot's pictures (B,) are next looked at; 0: at its own, as is
        taken for granted. Frames that nobody will see are not drawn, and the pictures before stay."""
        self._looks_in[:] = frames

    def step(self, actions: np.ndarray):  # type: ignore[override]
        """actions (B, A) -> observation, reward (B,), terminated (B,), truncated (B,), info."""
        actions, active = self._checked(actions), np.flatnonzero(~self._done)
        if len(active):
            self._happen(active)
            targets = self._control.targets(self.robot, actions[active], self._reference.targets[active])
            self._sims.step(active, self._reference.advance(active, targets))
        self._steps[active] += 1
        views = self._view()
        for i in map(int, active):
            self.stage.remember(self._episode(i).past, views[i], pressed_N=float(self._sims.force_peaks["furniture_force_N"][i]))
        predicates = self._predicates(views)
        self._watch(active)
        hold = np.array([all(p.values()) for p in predicates]) & ~self._sims.diverged
        self._held[active] = np.where(hold[active], self._held[active] + 1, 0)
        success = self._held >= HOLD_STEPS
        reward = np.zeros(self.num_envs)
        for i in map(int, active):
            sparse = self.reward_kind == "sparse"
            reward[i] = float(success[i]) if sparse else self.stage.reward(self._mark(i, self.goal(i)), views[i], bool(success[i]))
        terminated, truncated = np.zeros(self.num_envs, bool), np.zeros(self.num_envs, bool)
        terminated[active] = success[active] | self._sims.diverged[active]
        horizons = np.array([self.horizon(i) + (e.since if e else 0) for i, e in enumerate(self._episodes)])
        truncated[active] = (self._steps >= horizons)[active] & ~terminated[active]
        drawn = [i for i in map(int, active) if self._frames.needed(i, int(self._looks_in[i])) or self._episode(i).events.fickle]
        observation = self._observe(active, views, drawn)
        self._looks_in[:] = 0
        self._done |= terminated | truncated
        return observation, reward, terminated, truncated, self._info(predicates)

    def _checked(self, actions: Any) -> np.ndarray:
        """(B, A) float64; those of running slots are finite."""
        self._open()
        if not any(self._episodes):
            raise HomebodyError("step before reset: no episode has begun")
        given = np.asarray(actions)
        if given.shape != self.action_space.shape or given.dtype.kind not in "iuf":
            raise HomebodyError(
                f"actions have shape {given.shape} and type {given.dtype}: expected {self.action_space.shape} of float32"
                + ("" if self.control_mode == "joint" else f" for control_mode {self.control_mode!r}")
            )
        bad = np.flatnonzero(~self._done & ~np.isfinite(given).all(1))
        if len(bad):
            raise HomebodyError(f"action of slot {bad[0]} is not finite: {given[bad[0]].tolist()}")
        return given.astype(np.float64)

    def trace(self, fields: Sequence[str]) -> None:
        """From now on `traced` tells of these fields of MjData."""
        self._sims.trace(fields)

    @property
    def traced(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """What `trace` asked for, as it was after each physics step of the last control step: slots (n,), field -> (n, substeps, ...)."""
        return self._sims.traced_slots, self._sims.traced

    def _watch(self, slots: np.ndarray) -> None:
        q, fall = self._qpos[:, self.stage.rig.arm_qpos], -self._qvel[:, self.stage.loose_qvel]
        for i in map(int, slots):
            forces = {name: float(peak[i]) for name, peak in self._sims.force_peaks.items()}
            self._episode(i).safety.see(self.robot, q[i], fall[i], forces)

    def _happen(self, active: np.ndarray) -> None:
        """What others do during the step: people and pets move, things are pushed, an instruction changes."""
        for i in map(int, active):
            episode, step = self._episode(i), int(self._steps[i])
            self._sims.pull(i, self.stage.muscles(episode.goal, self._seen[i]))
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
        self._reading.moved(self._pose)
        self._seen, self._marks = self.stage.views(self._sims.fields, self._world_pose, self._episodes), {}
        return self._seen

    def _observe(self, slots: np.ndarray, views: list[Any], drawn: Sequence[int]) -> dict[str, np.ndarray]:
        """Observations of all slots; time has passed for `slots` only, and pictures of `drawn` among them are new."""
        if self._views and len(drawn):
            finite = [s for s in drawn if not self._sims.diverged[s]]
            self._pool("fast").draw(self._sims.frames(), self._views, finite, self._images, self._sims.own_models())
        seen = self._frames.see([int(s) for s in slots], self._images, drawn)
        self._reading.pictures = dict(zip(map(key_of, self._views), seen, strict=True))
        out = {sensor.name: sensor.read(self._reading) for sensor in self._read}
        if self.privileged:
            marks = [self._mark(i, e.goal) if e else None for i, e in enumerate(self._episodes)]
            out["privileged"] = np.stack([self.stage.privileged(m, v) for m, v in zip(marks, views, strict=True)])
        broken = self._sims.diverged.any()
        return {k: np.where(np.isfinite(v), v, 0).astype(v.dtype) if broken and v.dtype != np.uint8 else v for k, v in out.items()}

    def _predicates(self, views: list[Any]) -> list[dict[str, bool]]:
        """Each slot's goal predicates now."""
        speeds = self._tool_speed
        return [e.predicates(v, float(speeds[i])) if e else {} for i, (e, v) in enumerate(zip(self._episodes, views, strict=True))]

    def _info(self, predicates: list[dict[str, bool]]) -> dict[str, Any]:
        """Arrays (B,), and under `_key` which slots have a value: those in which an episode has begun."""
        episodes, begun = self._episodes, np.array([e is not None for e in self._episodes])
        values = {
            "instruction": objects(e.instruction if e else "" for e in episodes), "success": self._held >= HOLD_STEPS,
            "credit": np.array([e.credit(p) if e else 0.0 for e, p in zip(episodes, predicates, strict=True)]),
            "diverged": self._sims.diverged.copy(), "index": self._index.copy(), "predicates": objects(predicates),
            "safety": objects(e.safety.to_json() if e else {} for e in episodes),
        }  # fmt: skip
        if any(kind in self.sensors for kind in EXTRA):
            values["cameras"] = objects({c: self.camera_geometry(i, c).to_info() for c in self.cameras} for i in range(self.num_envs))
        return values | {f"_{key}": begun.copy() for key in values}

    def _pool(self, profile: Profile) -> RenderPool:
        self._open()
        if profile not in self._pools:
            self._pools[profile] = RenderPool(self.model, threads=min(self._threads, 2), profile=profile)
        return self._pools[profile]

    # --- states and pictures --------------------------------------------------------------------------------------------
    def get_state(self, i: int) -> SlotState:
        """All that decides how slot i's episode goes on; a value that can be pickled and copied."""
        return SlotState(
            scene=self.stage.scene, robot=self.robot.name, model_hash=self.stage.model_hash, episode=self._episode(i).memory(),
            physics=self._sims.take(i), reference=self._reference.take(i), diverged=bool(self._sims.diverged[i]),
            steps=int(self._steps[i]), held=int(self._held[i]), done=bool(self._done[i]), senses=self._frames.memory(i),
            views=self._views, pictures=tuple(p[i].copy() for p in self._images),
        )  # fmt: skip

    def set_state(self, i: int, state: SlotState, *, keep_goal: bool = False) -> None:
        """Puts slot i where `state` was taken, in this slot, another, or another environment of the same task, split, robot and
        cameras: stepping on is bit-identical. `keep_goal`: under the goal and the words that slot i has now, in the same episode."""
        self._open()
        fits(state, self.stage, self.task, self.split, self._views)
        episode, memory = self._episodes[i], state.episode
        if keep_goal and (episode is None or (episode.key, episode.axes) != (memory.key, memory.axes)):
            raise HomebodyError(f"keep_goal: slot {i} is not in episode {memory.key[2]}: expected the episode that the state was taken in")
        if not keep_goal and (episode is None or not episode.is_of(memory)):
            self._begin(i, self._prepare(memory.key[2], memory.axes, *memory.asked))
        self._episode(i).recall(memory, keep_goal=keep_goal)
        self._sims.put(i, state.physics, diverged=state.diverged)
        self._reference.put(i, state.reference)
        self._frames.recall(i, state.senses)
        for here, picture in zip(self._images, state.pictures, strict=False):
            here[i] = picture
        self._steps[i], self._held[i], self._done[i] = state.steps, 0 if keep_goal else state.held, state.done
        view = self._view()[i]
        if keep_goal:
            self.stage.remember(self._episode(i).past, view, anew=True)

    def render_slot(
        self, i: int, camera: str = "scene", size: tuple[int, int] = (480, 640), profile: Profile = "fast", kind: Kind = "colour"
    ) -> np.ndarray:
        """A picture of slot i, (height, width, 3) uint8; of another kind as rendering.SHAPES says."""
        view = View(camera, *size, kind)
        out = view.empty(self.num_envs)
        self._pool(profile).draw(self._sims.frames(), [view], [i], [out], self._sims.own_models())
        return out[i]

    def render(self) -> tuple[np.ndarray, ...] | None:  # type: ignore[override]
        if self.render_mode != "rgb_array":
            return None
        return tuple(self.render_slot(i, size=(256, 256)) for i in range(self.num_envs))

    def close_extras(self, **_: Any) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
