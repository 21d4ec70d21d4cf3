"""The report: film strips of what was recorded, and one page that opens anywhere."""

import base64
import re
import shutil

import cv2
import numpy as np
import pytest
from fake_house import FakeHouse, Listener
from homebody.benchmarks.against import Rival
from homebody.benchmarks.arms import plan_axes
from homebody.benchmarks.films import FRAMES, SIZE, Films, kind
from homebody.benchmarks.protocol import BenchConfig
from homebody.benchmarks.records import read_records
from homebody.benchmarks.runner import evaluate_with
from homebody.benchmarks.workers import BenchWork
from homebody.core.errors import HomebodyError
from homebody.datasets.workers import Alone

TASKS = ("open_drawer", "pick_up")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


def house(task, slots=1):
    return FakeHouse(task, slots, hard=frozenset({4, 9}), safety=True)


def run(folder, *, axes="", films=8, stage=house, rival=None, make=house):
    plan = plan_axes(axes)
    config = BenchConfig(tasks=TASKS, episodes=12, policy="a <policy>", arms=plan.arms)
    work = BenchWork(make, Listener, "nominal", arms=plan.arms)
    return evaluate_with(Alone(work, 4), config, folder, films=films, stage=stage, rival=rival)


def test_a_strip_is_made_of_a_success_and_of_each_kind_of_failure(tmp_path):
    run(tmp_path)
    strips = Films(tmp_path, read_records(tmp_path), limit=8).strips()
    assert sorted((r.task, kind(r)) for r, _ in strips) == sorted((t, k) for t in TASKS for k in ("success", "not met"))
    for record, jpeg in strips:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (SIZE[0], FRAMES * SIZE[1], 3)
        first, last = picture[:, : SIZE[1]].mean(), picture[:, -SIZE[1] :].mean()
        assert first < 6 and abs(last - min(255, 6 * record.steps)) < 6  # the house's picture is as bright as its clock
    page = (tmp_path / "report.html").read_text()
    assert len(re.findall(r'src="data:image/jpeg;base64,', page)) == 4
    assert base64.b64encode(strips[0][1]).decode() in page


def test_a_perturbed_episode_is_acted_out_in_its_own_setting(tmp_path):
    summary = run(tmp_path, axes="hinge_friction=4..4", make=FakeHouse)
    failed = [r for r, _ in Films(tmp_path, read_records(tmp_path), limit=8).strips() if not r.success]
    assert len(failed) == 2 and all(r.setting.level == 4 for r in failed) and "films" not in summary


def test_an_episode_that_comes_to_another_state_gets_no_strip_and_is_counted(tmp_path):
    class Other(FakeHouse):
        def state_hash(self, i):
            return "something else"

    summary = run(tmp_path, stage=lambda task: Other(task, 1))
    assert summary["films"] == {"strays": 4}
    assert "came to another state" in (tmp_path / "report.html").read_text()


def test_without_pictures_there_is_a_report_that_says_why(tmp_path):
    def blind(task):
        raise HomebodyError("no OpenGL context")

    summary = run(tmp_path, stage=blind)
    assert summary["films"] == {"refused": "no OpenGL context"} and summary["episodes"] == 24
    assert "no OpenGL context" in (tmp_path / "report.html").read_text()


def test_strips_are_drawn_once_and_kept_to_their_number(tmp_path):
    run(tmp_path, films=2)
    assert len(list((tmp_path / "films").glob("*.jpg"))) == 2
    run(tmp_path, films=2, stage=lambda _: pytest.fail("drawn again"))
    none = tmp_path / "none"
    run(none, films=0)
    assert not (none / "films").exists()


def test_the_page_names_what_hurts_and_what_could_have_been_seen(tmp_path):
    run(tmp_path, axes="hinge_friction=0..4,camera_tilt=4..4")
    page = (tmp_path / "report.html").read_text()
    for words in (
        "Dose and response",
        "What hurts most",
        "Safety",
        "hinge_friction",
        "not distinguishable",
        "detectable:",
        "95 % interval",
    ):
        assert words in page
    assert page.count("<svg") == 1 + 2 + 1  # success, one curve an axis, ranking
    assert "a <policy>" not in page and "a &lt;policy&gt;" in page


@pytest.fixture
def browser(tmp_path):
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,900", f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_from_a_file_without_a_console_error_in_both_colour_schemes(browser, tmp_path, scheme):
    run(tmp_path / "a")
    run(tmp_path / "b", axes="hinge_friction=0..4")
    run(tmp_path / "c", rival=Rival(tmp_path / "a"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    for folder in ("a", "b", "c"):
        browser.get((tmp_path / folder / "report.html").as_uri())
        assert browser.get_log("browser") == []
        wide = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]
        loaded = browser.execute_script("return [...document.images].map(i => i.complete && i.naturalWidth > 0)")
        assert len(loaded) == 4 and all(loaded)
        ink, page = (browser.execute_script(f"return getComputedStyle(document.body).{k}") for k in ("color", "backgroundColor"))
        bright = [sum(map(int, re.findall(r"\d+", c)[:3])) for c in (ink, page)]
        assert (bright[0] > bright[1]) == (scheme == "dark") and abs(bright[0] - bright[1]) > 400
        assert all(browser.execute_script("return [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height > 40)"))
