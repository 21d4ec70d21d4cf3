"""Builds the sdist, a wheel from it, and uses that wheel in a clean environment; `make check` runs it."""

from __future__ import annotations

import site
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "assets", "envs.engine", "datasets.store", "policies.runtime", "benchmarks.runner", "cli.main")


def run(*words: str | Path) -> str:
    return subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True, cwd="/").stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out, home = Path(folder) / "dist", Path(folder) / "venv"
        run(sys.executable, "-m", "build", ROOT, "--outdir", out)  # the sdist, then the wheel from the sdist
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        run(python, "-m", "pip", "install", "-q", "--no-deps", next(out.glob("*.whl")))
        # The dependencies come from the environment that runs this: only our own package is under test.
        packages = Path(run(python, "-c", "import site; print(site.getsitepackages()[0])").strip())
        (packages / "dependencies.pth").write_text("\n".join(p for p in site.getsitepackages()) + "\n")
        where = run(python, "-c", "import homebody; print(homebody.__file__)")
        assert str(home) in where, where
        run(python, "-c", "; ".join(f"import homebody.{room}" for room in ROOMS))
        assert "homebody 0." in run(home / "bin" / "homebody", "--version")
        run(home / "bin" / "homebody", "tasks")
    print("wheel: built from the sdist, imports every room, runs")


if __name__ == "__main__":
    main()
