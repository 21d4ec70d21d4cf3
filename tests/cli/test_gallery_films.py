"""A gallery of films: what a policy did, acted out again before a camera, and what it did not do, said."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from homebody.cli.gallery_films import SIZE, Shot, page_of
from homebody.cli.main import main


def test_a_film_shows_somebody_at_work_and_the_page_plays_it(tmp_path: Path) -> None:
    out = tmp_path / "films"
    assert main(["tasks", "--gallery", str(out), "--policy", "expert", "--only", "ring_bell", "--tries", "2"]) == 0
    page = (out / "index.html").read_text()
    assert 'src="ring_bell.mp4"' in page and "1 of 1 have one" in page and "done at start" in page
    with av.open(str(out / "ring_bell.mp4")) as film:
        frames = [f.to_ndarray(format="rgb24").astype(int) for f in film.decode(video=0)]
    assert frames[0].shape == (*SIZE, 3) and len(frames) > 15
    assert abs(frames[0] - frames[len(frames) // 2]).mean() > 1, "somebody moves"


def test_the_page_says_what_was_not_done() -> None:
    shots = [
        Shot(task="ring_bell", words="ring <the> bell", start=1, success=True),
        Shot(task="pick_up", words="lift it", start=5, success=False),
    ]
    page = page_of(shots, "house", 6)
    assert "1 of 2 have one" in page and "not done in 6 starts" in page and "ring &lt;the&gt; bell" in page


@pytest.mark.parametrize(("words", "said"), [
    (["--policy", "expert"], "expected --gallery"),
    (["--policy", "expert", "--tries", "0"], "expected --gallery"),
    (["--gallery", "g", "--policy", "expert", "--tries", "0", "--only", "ring_bell"], "tries"),
    (["--gallery", "g", "--policy", "expret", "--only", "ring_bell"], "expert"),
    (["--gallery", "g", "--policy", "expert", "--split", "heldin", "--only", "ring_bell"], "heldout"),
])  # fmt: skip
def test_bad_input_is_one_line_and_writes_nothing(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["tasks", *words]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error: ") and said in error and not list(tmp_path.glob("g/*"))
