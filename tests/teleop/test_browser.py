"""The whole way in a real browser: drive by keys, open the drawer, keep; prompt, take over, discard; look at what was kept."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.core.types import Certificate
from homebody.datasets.check import replay, verify
from homebody.datasets.store import Store
from homebody.teleop.house import PatientEnv

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]
selenium = pytest.importorskip("selenium", reason="selenium is not installed")

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1440,980",
)  # fmt: skip
LIMIT_S = 170.0
SLOW_STEP_M = 0.0625 / 20
"""How far the tool goes in one control step with the slow key held."""
AWAY, BACK, LEFT, RIGHT, UP, DOWN, TIP_AWAY, SLOW, SPACE = "w", "s", "a", "d", "e", "q", "i", "\ue008", " "
ENTER, BACKSPACE, SHIFT = "\ue007", "\ue003", "\ue008"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and the address it printed."""
    command = [sys.executable, "-m", "homebody.cli.main", "teleop", "--port", "0", "--out", str(tmp_path / "data"), "--seed", "0"]
    process = subprocess.Popen(
        [*command, "--json", str(tmp_path / "report.json")], stdout=subprocess.PIPE, text=True, cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    url = ""
    while not url:
        line = process.stdout.readline()
        assert line, "the command ended before it printed an address"
        found = re.search(r"http://\S+", line)
        url = found.group(0) if found else ""
    yield process, url
    process.kill()
    process.wait()
    process.stdout.close()


class Operator:
    """Reads the page, presses keys."""

    def __init__(self, driver: Any) -> None:
        self._driver, self._down = driver, set[str]()
        self._deadline = time.monotonic() + LIMIT_S

    def state(self) -> dict[str, Any]:
        assert time.monotonic() < self._deadline, f"out of time: {self._driver.execute_script('return homebody.state')}"
        return self._driver.execute_script("return homebody.state") or {}

    def wait(self, condition: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        while not ((state := self.state()) and condition(state)):
            time.sleep(0.03)
        return state

    def hold(self, keys: set[str]) -> None:
        """Exactly `keys` are down from here on."""
        from selenium.webdriver import ActionChains

        chain = ActionChains(self._driver, duration=0)
        for key in self._down - keys:
            chain.key_up(key)
        for key in keys - self._down:
            chain.key_down(key)
        if keys != self._down:
            chain.perform()
        self._down = set(keys)

    def tap(self, key: str) -> None:
        self.hold(self._down | {key})
        self.hold(self._down - {key})

    def type(self, words: str, *end: str) -> None:
        from selenium.webdriver.common.by import By

        self._driver.find_element(By.ID, "text").send_keys(words, *end)

    def go(
        self,
        goal: Callable[[dict[str, Any]], np.ndarray],
        tolerance: tuple[float, float, float],
        until: Callable[[dict[str, Any]], bool] | None = None,
    ) -> None:
        """Presses the keys that lead the tool to a place: held from afar, in pulses that fit the way nearby."""
        pressed_at = time.monotonic()
        while True:
            s = self.state()
            far = goal(s) - np.array(s["tool"]["position"])
            open_axes = np.abs(far) > tolerance
            if s["phase"] == "over" or not open_axes.any() or (until and until(s)):
                break
            pairs = ((AWAY, BACK), (LEFT, RIGHT), (UP, DOWN))
            keys = {pair[0] if d > 0 else pair[1] for pair, d, on in zip(pairs, far, open_axes, strict=True) if on}
            if np.abs(far).max() < 0.05:
                steps = max(1, int(np.abs(far[open_axes]).min() / SLOW_STEP_M))
                self.hold(keys | {SLOW})
                self.frames(s, steps)
                self.hold(set())
                self.frames(s, steps + 5)
            elif keys != self._down or time.monotonic() - pressed_at > 3:  # a page that was away forgets what was pressed
                self.hold(set())
                self.hold(keys)
                pressed_at = time.monotonic()
        self.hold(set())

    def frames(self, since: dict[str, Any], count: int) -> None:
        """Waits until `count` control steps have passed."""
        self.wait(lambda s: s["frames"] >= since["frames"] + count or s["phase"] == "over")


def handle(offset: tuple[float, float, float]) -> Callable[[dict[str, Any]], np.ndarray]:
    return lambda s: np.array(s["target"]) + offset


def tip_degrees(s: dict[str, Any]) -> float:
    z = np.array(s["tool"]["rotation"])[:, 2]
    return float(np.degrees(np.arctan2(z[0], -z[2])))


def open_the_drawer(op: Operator) -> None:
    """Tips the fingers, goes to the handle from above and before it, takes it, pulls."""
    op.hold({TIP_AWAY})
    op.wait(lambda s: tip_degrees(s) > 42)
    op.hold(set())
    for _ in range(4):
        if op.state()["width_m"] < 0.06:
            op.tap(SPACE)
            op.wait(lambda s: s["width_m"] > 0.07)
        op.go(handle((-0.09, 0.0, 0.10)), (0.02, 0.02, 0.02))
        op.go(handle((-0.002, 0.0, 0.004)), (0.008, 0.015, 0.012))
        op.tap(SPACE)
        op.wait(lambda s: s["gripper"] < 0.5 and s["width_m"] < 0.04)
        op.frames(op.state(), 8)
        op.go(lambda s: np.array(s["tool"]["position"]) + (-0.2, 0, 0), (0.01, 0.01, 0.01), until=lambda s: s["width_m"] < 0.005)
        if op.state()["phase"] == "over":
            return
    raise AssertionError("the handle slipped four times")


def open_ended(certificate: Certificate) -> PatientEnv:
    return PatientEnv(certificate.task, 1, robot=certificate.robot, split=certificate.split, cameras=(), threads=1)


def check_data(folder: Path) -> None:
    """Exactly the kept attempt is there, marked as the person's, and acts out again to the same state."""
    with Store.open(folder) as store:
        assert len(store) == 1
        episode = store.episode(0)
    assert episode.success and episode.instruction == "open the top drawer" and episode.policy == "teleop"
    assert episode.certificate.index == 0 and episode.certificate.goal.task == "open_drawer"
    assert {s.name for s in episode.spans} <= {"teleop", "pause"}
    acting = np.zeros(episode.length, bool)
    for span in episode.spans:
        acting[span.start : span.stop] = span.name == "teleop"
    assert (episode.intervention == acting).all() and acting.mean() > 0.5
    assert episode.observation["scene"].shape == (episode.length, 128, 128, 3)
    assert (np.diff(episode.times_s) > 0).all()
    assert verify(folder)["problems"] == []
    report = replay(folder, open_ended)
    assert (report["episodes"], report["equal"], report["successes"]) == (1, 1, 1)


def test_drive_by_keys_open_the_drawer_keep_then_prompt_take_over_discard(
    browser: Any, house: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, url = house
    browser.get(url.split("?")[0])
    assert "403" in browser.page_source
    assert browser.execute_script("return typeof window.homebody") == "undefined"

    browser.get(url)
    op = Operator(browser)
    op.wait(lambda s: s["phase"] == "ready")
    op.type("sing me a song", ENTER)
    op.wait(lambda s: s["message"]["level"] == "bad" and s["message"]["choices"])
    op.type("open the top drawer", SHIFT, ENTER)
    op.wait(lambda s: s["instruction"] == "open the top drawer" and s["mode"] == "manual")
    open_the_drawer(op)
    done = op.wait(lambda s: s["phase"] == "over")
    assert done["outcome"] == "solved" and all(done["predicates"].values())
    op.tap(ENTER)
    following = op.wait(lambda s: s["kept"] == 1 and s["phase"] == "ready")
    assert following["index"] == 1

    place = np.array(following["tool"]["position"])
    op.type(following["valid"][0], ENTER)
    op.wait(lambda s: s["mode"] == "policy" and np.linalg.norm(np.array(s["tool"]["position"]) - place) > 0.05)
    op.hold({UP})
    op.wait(lambda s: s["mode"] == "manual" and s["phase"] == "running")
    op.hold(set())
    page = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.switch_to.window(page)
    op.wait(lambda s: s["mode"] == "hold")
    op.tap(BACKSPACE)
    op.wait(lambda s: s["index"] == 2 and s["phase"] == "ready" and s["kept"] == 1)

    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert json.loads((tmp_path / "report.json").read_text())["episodes"] == 1
    check_data(tmp_path / "data")


def test_gamepad_and_pads_drive_and_a_lost_page_leaves_a_robot_that_holds(browser: Any, house: tuple[subprocess.Popen[str], str]) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    _, url = house
    browser.get(url)
    op = Operator(browser)
    x, _, z = op.wait(lambda s: s["phase"] == "ready")["tool"]["position"]
    browser.execute_script(
        """window.pad = {connected: true, axes: [0, -1, 0, 0], buttons: Array.from({length: 12}, () => ({pressed: false, value: 0}))};
        navigator.getGamepads = () => [window.pad];"""
    )
    op.wait(lambda s: s["mode"] == "manual" and s["tool"]["position"][0] > x + 0.05)
    browser.execute_script("pad.axes[1] = 0; pad.buttons[0] = {pressed: true, value: 1};")
    op.wait(lambda s: s["width_m"] < 0.05)
    browser.execute_script("pad.connected = false;")

    button = browser.find_element(By.CSS_SELECTOR, '[data-key="KeyQ"]')
    ActionChains(browser).click_and_hold(button).perform()
    op.wait(lambda s: s["tool"]["position"][2] < z - 0.05)
    ActionChains(browser).release(button).perform()

    op.type(op.state()["valid"][0], ENTER)
    op.wait(lambda s: s["mode"] == "policy")
    frames = op.state()["frames"]
    browser.get("about:blank")
    browser.get(url)
    held = op.wait(lambda s: s["mode"] == "hold")
    assert held["frames"] >= frames and held["returns_to_policy"]
    op.tap("p")
    op.wait(lambda s: s["mode"] == "policy")
    browser.find_element(By.ID, "hand").click()
    op.wait(lambda s: s["mode"] == "manual")
    assert browser.get_log("browser") == []
