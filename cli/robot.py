"""`homebody robot`: the robot's side of a policy server, on a simulated or a real arm."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import HomebodyError, unknown
from ..core.limits import LIMITS as TABLES
from ..core.limits import find_limits
from ..core.robots import DEFAULT_ROBOT, robot_named
from ..core.rollout import Rollout
from ..core.types import CONTROL_HZ, Goal, Observation
from .outputs import JsonPath, write_json
from .prompt import SEED_STRIDE

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from ..policies.serving.asking import Asker, Source
    from ..policies.serving.drivers import Driver
    from ..policies.serving.lerobot_driver import LeRobot
    from ..policies.serving.limiter import LimiterConfig

DRIVERS = ("sim", "lerobot")
LIMITS = ("auto", "none", *TABLES)


class SimDriver:
    """A simulated arm as a robot; one episode, slot 0 of `env`."""

    name = "sim"
    control_hz = CONTROL_HZ

    def __init__(self, env: HouseholdVectorEnv, index: int, goal: Goal, instruction: str) -> None:
        self._env, self._rollout = env, Rollout(env)
        self._index, self._goal, self._instruction = index, goal, instruction

    def connect(self) -> None:
        """Begins the episode."""
        self._rollout.start([self._index], goals=[self._goal], instructions=[self._instruction])

    def observe(self) -> Observation:
        return {k: v[0] for k, v in self._rollout.observation.items()}

    def act(self, action: np.ndarray) -> np.ndarray:
        if self._rollout.runs:
            self._rollout.step(np.asarray(action)[None])
        return np.append(self._env.arm_target(0), self._env.gripper_target(0))

    def stop(self) -> None:
        """Nothing to switch off."""

    def outcome(self) -> dict[str, Any]:
        """What the episode has come to."""
        info = self._rollout.info
        diverged = bool(info["diverged"][0])
        return {
            "success": bool(info["success"][0]) and not diverged, "credit": float(info["credit"][0]), "diverged": diverged,
            "predicates": dict(info["predicates"][0]), "certificate": self._env.certificate(0).to_json(),
        }  # fmt: skip


def run_sim(
    env: HouseholdVectorEnv, goal: Goal, instruction: str, index: int, source: Source, *,
    limiter: LimiterConfig | None = None, execute: int = 8, new_weight: float = 1.0, realtime: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """One episode in simulation, from initial state `index`, by whatever answers behind `source`."""
    from ..policies.serving.robot import LoopConfig, RobotLoop

    driver = SimDriver(env, index, goal, instruction)
    config = LoopConfig(
        instruction=instruction, limiter=limiter, execute=execute, new_weight=new_weight, pace=realtime, robot=env.robot.name,
    )  # fmt: skip
    report = RobotLoop(driver, source, config).run(lambda steps: env.finished(0))
    return {"index": index, **driver.outcome(), **report.to_json()}


def _lerobot(path: Path | None) -> Driver:
    """The robot that a JSON file describes: {"robot": {"type": ..., ...}, "mapping": {...}}."""
    if path is None:
        raise HomebodyError('driver lerobot needs --config FILE: JSON with "robot" (LeRobot\'s settings, with "type") and "mapping"')
    try:
        data = json.loads(path.read_text())
        settings, mapping = dict(data["robot"]), dict(data.get("mapping", {}))
        kind = settings.pop("type")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HomebodyError(f'{path} cannot be read ({error}): expected JSON with "robot" (with "type") and "mapping"') from error
    from ..policies.serving.lerobot_driver import LeRobotDriver, LeRobotMapping

    for name in ("joints", "gripper_range"):
        if name in mapping:
            mapping[name] = tuple(mapping[name])
    if "cameras" in mapping:
        mapping["cameras"] = tuple(dict(mapping["cameras"]).items())
    try:
        chosen = LeRobotMapping(**mapping)
    except TypeError as error:
        raise HomebodyError(f"{path}: the mapping does not fit: {error}; see LeRobotMapping") from error
    return LeRobotDriver(make_lerobot(kind, settings), chosen)


def make_lerobot(kind: str, settings: dict[str, Any]) -> LeRobot:
    """A robot of LeRobot's or of one of its plugins, by its registered type. Raises HomebodyError without LeRobot or for an
    unknown type."""
    try:
        import draccus  # pyright: ignore[reportMissingImports]
        from lerobot.robots import RobotConfig  # pyright: ignore[reportMissingImports]
        from lerobot.robots.utils import make_robot_from_config  # pyright: ignore[reportMissingImports]
        from lerobot.utils.import_utils import register_third_party_plugins  # pyright: ignore[reportMissingImports]

        importlib.import_module("lerobot.cameras.opencv")  # registers its camera type
    except ImportError as error:
        raise HomebodyError(f"LeRobot is not installed whole ({error}): pip install lerobot, beside this package") from error
    register_third_party_plugins()  # packages called lerobot_robot_*; LeRobot itself has no seven-joint arm
    known = RobotConfig.get_known_choices()
    if kind not in known:
        raise unknown("LeRobot type", kind, known)
    try:
        return make_robot_from_config(draccus.decode(known[kind], settings))
    except (TypeError, ValueError, draccus.ParsingError) as error:
        raise HomebodyError(f"LeRobot's {kind} does not take these settings: {error}") from error


def _limiter(limits: str, driver: str, robot: str) -> LimiterConfig | None:
    dof = robot_named(robot).dof
    if limits not in LIMITS:
        raise unknown("limits", limits, LIMITS)
    if limits == "none" and driver != "sim":
        raise HomebodyError(f"--limits none is for the simulation: a real arm needs {' or '.join(TABLES)}")
    from ..policies.serving.limiter import LimiterConfig

    chosen = {"auto": "none" if driver == "sim" else DEFAULT_ROBOT}.get(limits, limits)
    if chosen == "none":
        return None
    table = find_limits(chosen)
    if len(table.q_min) != dof:
        raise HomebodyError(
            f"limits {chosen!r} are of {len(table.q_min)} joints, and robot {robot} has {dof}: expected none, in simulation"
        )
    return LimiterConfig(limits=table)


def _sim(
    instruction: str, seed: int, episodes: int, connect: Callable[[], Asker], arm: str, image_size: int, realtime: bool, **settings: Any
) -> list[dict[str, Any]]:
    """Episodes on simulated arms, each on a connection of its own."""
    from ..envs.engine import HouseholdVectorEnv
    from ..policies.serving.asking import Background, Waiting
    from .asked import goal_of

    goal = goal_of(instruction, seed * SEED_STRIDE, robot=arm)
    env = HouseholdVectorEnv(goal.task, 1, robot=arm, split="heldout", image_size=image_size)
    outcomes = []
    try:
        for n in range(seed, seed + episodes):
            source = Background(connect) if realtime else Waiting(connect())
            try:
                index = env.find_index(goal, n * SEED_STRIDE)
                found = run_sim(env, goal, instruction, index, source, realtime=realtime, **settings)
            finally:
                source.close()
            outcomes.append({"seed": n, **found})
            print(f"seed {n}: {'done' if found['success'] else 'not done'} after {found['steps'] / CONTROL_HZ:.1f} s, "
                  f"answers p50 {found['latency_ms']['p50']:.0f} ms, holds {found['holds']}", flush=True)  # fmt: skip
    finally:
        env.close()
    return outcomes


def _real(instruction: str, seconds: float, connect: Callable[[], Asker], config: Path | None, **settings: Any) -> list[dict[str, Any]]:
    """One run on a real arm."""
    from ..policies.serving.asking import Background
    from ..policies.serving.robot import LoopConfig, RobotLoop

    driver, source = _lerobot(config), Background(connect)
    loop = RobotLoop(driver, source, LoopConfig(instruction=instruction, **settings))
    try:
        loop.run(lambda steps: steps >= seconds * CONTROL_HZ)
    finally:
        source.close()
        r = loop.report
        print(
            f"{r.steps / CONTROL_HZ:.1f} s, {r.asks} chunks, {r.failures} failures, {r.holds} holds, {r.violations} violations", flush=True
        )
    return [loop.report.to_json()]


def robot(
    *,
    instruction: str,
    token: str,
    driver: str = "sim",
    robot: str = DEFAULT_ROBOT,
    server: str = "ws://127.0.0.1:8000",
    seed: int = 0,
    episodes: int = 1,
    limits: str = "auto",
    execute: int = 8,
    new_weight: float = 1.0,
    realtime: bool = False,
    seconds: float = 30.0,
    timeout: float = 10.0,
    image_size: int = 128,
    config: Path | None = None,
    json_path: JsonPath = None,
) -> int:
    """Runs a robot by a policy server: observe, ask, blend chunks, limit, act.

    Args:
        instruction: What to do, e.g. "open the top drawer".
        token: The server's secret.
        driver: `sim`, or `lerobot` for an arm behind LeRobot's interface.
        robot: The arm's name (`homebody robots` lists them).
        server: Address of `homebody serve`, ws://HOST:PORT or wss://HOST:PORT.
        seed: First initial state, as of `homebody prompt` (sim).
        episodes: How many initial states, one after the other (sim).
        limits: Table that the limiter keeps to: `panda`, `fr3`, `none`, or `auto` (none in sim, panda on a real arm).
        execute: Control steps (50 ms) between two questions.
        new_weight: Share of the newer chunk where two overlap; 1 replaces, 0.5 averages.
        realtime: Let simulated time run on while the server thinks (sim); a real arm always does.
        seconds: How long to run a real arm [s].
        timeout: Longest wait for the connection and for an answer [s].
        image_size: Height and width of the simulated pictures [pixels].
        config: JSON file that describes the arm (lerobot).
        json_path: Write the result there too.
    """
    if driver not in DRIVERS:
        raise unknown("driver", driver, DRIVERS)
    if seed < 0 or episodes < 1 or seconds <= 0 or timeout <= 0:
        raise HomebodyError(
            f"seed {seed}, episodes {episodes}, seconds {seconds}, timeout {timeout}: expected 0 or more, then positive numbers"
        )
    limiter = _limiter(limits, driver, robot)
    settings = {"limiter": limiter, "execute": execute, "new_weight": new_weight}
    from ..assets.listening import listener
    from ..policies.serving.client import PolicyClient

    def connect() -> PolicyClient:
        return PolicyClient(server, token, robot=robot, timeout_s=timeout)

    listener().check(instruction)  # never two things or the opposite of one, before any arm moves; a server may know more than we do
    if driver == "sim":
        runs = _sim(instruction, seed, episodes, connect, robot, image_size, realtime, **settings)
    else:
        runs = _real(instruction, seconds, connect, config, robot=robot, **settings)
    write_json(json_path, {"instruction": instruction, "driver": driver, "limits": limits, "runs": runs})
    return 0 if all(r.get("success", not r["violations"]) for r in runs) else 1


COMMANDS = {"robot": robot}
