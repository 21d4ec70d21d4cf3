"""Measures robosuite on request: run by the peer's own Python, never imported by Homebody.

Reads one request per line from standard input, `task cameras seconds` or `task cameras reset N`, and answers each with a
line of JSON on standard output. One environment per (task, cameras) stays open, so that both sides can take turns.
Robot Panda, its default controller, 20 Hz control; cameras is the picture's size in pixels (two cameras), 0 for none.
"""

import json
import os
import sys
import time

os.environ.setdefault("MUJOCO_GL", "egl")
REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # robosuite prints to standard output: keep it out of the replies

import numpy as np
import robosuite  # pyright: ignore[reportMissingImports]

ENVS = {}


def make(task, cameras):
    """The environment of a request, warmed up: its first step compiles numba code."""
    key = (task, cameras)
    if key not in ENVS:
        render = {"use_camera_obs": bool(cameras), "has_offscreen_renderer": bool(cameras), "has_renderer": False}
        if cameras:
            render |= {
                "camera_names": ["agentview", "robot0_eye_in_hand"],
                "camera_heights": cameras,
                "camera_widths": cameras,
            }
        env = robosuite.make(task, robots="Panda", control_freq=20, ignore_done=True, horizon=100_000, **render)
        env.reset()
        for _ in range(3):
            env.step(np.zeros(env.action_dim))
        ENVS[key] = env
    return ENVS[key]


def steps(env, seconds):
    """Control steps per second with random actions; `use_object_obs` and proprioception are on, as by default."""
    low, high = env.action_spec
    rng = np.random.default_rng(0)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        env.step(rng.uniform(low, high) * 0.3)
        count += 1
    return count / (time.perf_counter() - start)


def resets(env, count):
    """Duration of each reset, observation included [ms]."""
    out = []
    for _ in range(count):
        start = time.perf_counter()
        env.reset()
        out.append(1000 * (time.perf_counter() - start))
    return out


def main():
    for line in sys.stdin:
        task, cameras, *what = line.split()
        env = make(task, int(cameras))
        if what[0] == "reset":
            reply = {"reset_ms": resets(env, int(what[1]))}
        else:
            reply = {"steps_per_s": steps(env, float(what[0]))}
        print(json.dumps(reply | {"version": robosuite.__version__}), file=REPLIES)


if __name__ == "__main__":
    main()
