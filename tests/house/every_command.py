"""Runs every command once on small input, as a new user would: `python tests/house/every_command.py .venv/bin/homebody`.

Continuous integration runs it in an environment of the run-time dependencies alone, before the test tools are installed: a command
then runs, or names in one line the extra that it needs. Only the standard library is imported here.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = (
    'prompt "open the top drawer" --out prompt --json prompt/result.json',
    'prompt "close the microwave" --explain --out explained --json explained/result.json',
    'prompt "fold the quilt in half" --policy zero --out quilt',  # cloth reads SciPy
    'prompt "open the fridge and then close the fridge" --plan',
    "chat --policy zero --seed 1 --out chat --json chat/talk.jsonl <<< help",
    "tasks --json new/tasks.json",
    "tasks --gallery gallery --only open_fridge",
    "tasks --gallery films --policy expert --only ring_bell --tries 1",
    "robots",
    "axes",
    "collect --tasks open_drawer,close_microwave --episodes 2 --out set",
    "data info set",
    "data list set",
    "data verify set",
    "data replay set",
    "data log set",
    "collect --tasks ring_bell --episodes 2 --cameras none --marks 1 --out marked",
    "train head --data marked --steps 3 --batch 4 --out head",
    "glance --tasks ring_bell --episodes 1 --policy wander --until 1 --out glances",
    "train eyes --data glances --steps 2 --batch 2 --out eyes",
    "train join --eyes eyes --head head --out house",
    "train split --policy house --out parts",
    "train listener --sentences 600 --passes 1 --members 1 --examined 20 --out listener",
    "train policy --data set --steps 3 --batch 4 --out policy",
    "train world-model --data set --steps 4 --batch 2 --out world",
    'imagine "open the top drawer" --out imagine',
    "bench --policy policy --tasks open_drawer --episodes 2 --films 1 --out bench",
    "bench --policy expert --tasks open_cupboard,pour_peas --episodes 1 --films 0 --out experts",
    "bench verify bench --episodes 1",
    "compare bench bench",
    "sequences --policy expert --rooms first --episodes 2 --out sequences",
    "motion --tasks close_chest_drawer --episodes 1",
    "speed --seconds 0.2 --rounds 1",
    "calibrate --print-board board.png",
    "calibrate photos --rehearse --out calibrate",
    "identify --excite motion.csv --excite-seconds 10",
    "identify joints.npz --rehearse --seconds 5 --out identify",
    "train rl --task open_drawer --minutes 0.02 --slots 2 --demonstrations 2 --out rl",
    "teleop --help",
    "serve --help",
    "robot --instruction stop --token none --server ws://127.0.0.1:9",
    "doctor",
)
"""Words after `homebody`, one after the other in one folder; after `<<<` what is typed in."""


def words_of(line: str) -> list[str]:
    line = line.partition(" <<< ")[0]
    return [a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', line)]


def fault_of(code: int, error: str, line: str) -> str:
    """What is wrong with how a command ended; empty where nothing is."""
    if "Traceback" in error:
        return "a traceback"
    if code in (0, 1):
        return ""
    last = [text for text in error.splitlines() if text.startswith("error: ")]
    if code == 2 and len(last) == 1 and ("pip install 'homebody[" in last[0] or line.startswith("robot ")):
        return ""  # it names its extra; the robot finds no server
    return f"exit code {code}"


def commands_in(helped: str) -> set[str]:
    """The commands that the program's help names."""
    return set(re.findall(r"^  ([a-z]+(?: [a-z-]+)?)  ", helped.partition("commands:")[2].partition("examples:")[0], re.M))


def untried(there: set[str]) -> list[str]:
    """Commands for which no run is written."""
    return sorted(there - {" ".join(w[:2]) if " ".join(w[:2]) in there else w[0] for w in map(words_of, RUNS)})


def main(homebody: Path) -> int:
    there = commands_in(subprocess.run([homebody, "--help"], capture_output=True, text=True, check=True).stdout)
    faults = [f"{name}: no run on small input is written for it" for name in untried(there)]
    with tempfile.TemporaryDirectory() as folder:
        for line in RUNS:
            start = time.monotonic()
            run = subprocess.run(
                [homebody, *words_of(line)], input=line.partition(" <<< ")[2], capture_output=True, text=True, cwd=folder, check=False
            )
            fault = fault_of(run.returncode, run.stderr, line)
            last = (run.stderr.strip().splitlines() or [""])[-1] if run.returncode == 2 else ""
            print(f"{time.monotonic() - start:5.1f} s  exit {run.returncode}  homebody {line}  {last}", flush=True)
            if fault:
                faults.append(f"homebody {line}: {fault}\n{run.stderr[-2000:]}")
    print("\n".join(faults) or f"{len(there)} commands run, or name their extra")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
