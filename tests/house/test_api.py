"""The reference: every public module has a page, those of rooms without an __init__.py too, and pages hold what docstrings say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from homebody.core.robots import add_robot
from homebody.datasets.store import Store
from sources import FILES, ROOT, title


@pytest.fixture(scope="module")
def api() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api", ROOT / "docs" / "api.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_public_module_is_found(api: ModuleType) -> None:
    found = set(api.public_modules())
    rooms = {f"homebody.{room}" for room in ("core", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks")}
    assert rooms <= found and {"homebody.core.phrasebook.nouns", "homebody.envs.sensors.registry", "homebody.teleop.session"} <= found
    files = {f"homebody.{title(f).removesuffix('.py').removesuffix('/__init__').replace('/', '.')}" for f in FILES}
    left_out = {n for n in files - found if not n.startswith(("homebody.cli", "homebody.assets", "homebody.benchmarks.peers"))}
    assert not left_out and found <= files | rooms


def text_of(page: Path) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page.read_text()).split())


@pytest.mark.filterwarnings("ignore:Error parsing type annotation")  # of names that are imported for the type checker alone
def test_pages_are_made_from_docstrings(api: ModuleType, tmp_path: Path) -> None:
    names = ("homebody.core.robots", "homebody.datasets.store")
    api.build(tmp_path, *names)
    robots, store = (tmp_path / f"{n.replace('.', '/')}.html" for n in names)
    assert " ".join((add_robot.__doc__ or "-").split()) in text_of(robots)
    assert "(dof,) where episodes begin [rad]." in text_of(robots), "fields are explained where they stand"
    assert "Raises HomebodyError" in text_of(store) and Store.__name__ in text_of(store)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_whole_reference_is_built(api: ModuleType, tmp_path: Path) -> None:
    pages = api.build(tmp_path)
    assert len(pages) > len(api.public_modules())
    links = set(re.findall(r'href="homebody/(\w+)\.html"', (tmp_path / "homebody.html").read_text()))
    assert links == set(api.ROOMS)
