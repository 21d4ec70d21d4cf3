# Two commands set everything up on a fresh machine:
#   make prompt TEXT="open the top drawer"
#   make test
TEXT ?= open the top drawer
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

# The checkpoint of the first room, from data to model card: SIZE=cpu (two cores, about two hours) or SIZE=gpu DEVICE=cuda.
SIZE ?= cpu
DEVICE ?= cpu
SCALE ?= 10
MINUTES ?= 40
OUT ?= out/recipe
POLICY ?= homebody
# Processes of `make recipe`, one thread each.
JOBS ?= 2

# Test files side by side; TEST_JOBS= runs them one after the other.
TEST_JOBS ?= -n 2 --dist loadfile

.PHONY: help install prompt test check docs bench recipe recipe-again recipe-first recipe-world clean gl

help:
	@echo 'make prompt TEXT="open the top drawer"   run the robot on a sentence (installs on first use)'
	@echo 'make test                                run the tests (installs on first use)'
	@echo 'make docs                                the reference of every module, out/docs/index.html'
	@echo 'make install | check | bench | clean'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than 3.11: set PYTHON=python3.11 or newer"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) -e '.[dev]'
	@touch $@

# OpenGL for headless pictures: installed where we may, else the one command is printed.
gl:
	@$(PYTHON) -c 'import ctypes; ctypes.CDLL("libEGL.so.1"); ctypes.CDLL("libGL.so.1")' 2>/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq libegl1 libgl1 libgl1-mesa-dri; \
	else echo "error: OpenGL is missing: run  sudo apt-get install -y libegl1 libgl1 libgl1-mesa-dri"; exit 2; fi

install: gl $(VENV)/.run

prompt: install
	@$(BIN)/homebody prompt "$(TEXT)" --out out/prompt

test: gl $(VENV)/.dev
	$(BIN)/python -m pytest -q $(TEST_JOBS)

check: gl $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python -m pytest -q $(TEST_JOBS)
	$(BIN)/python tests/house/check_wheel.py

# The reference, from docstrings.
docs: gl $(VENV)/.dev
	$(BIN)/python docs/api.py out/docs

bench: install
	$(BIN)/homebody bench --policy homebody --tasks first --episodes 50 --out out/bench

# The policy for every task, in stages that go on where they were stopped: see recipe.mk.
recipe: install
	@$(MAKE) --no-print-directory -f recipe.mk -j$(JOBS) recipe

recipe-again:
	@$(MAKE) --no-print-directory -f recipe.mk again STAGE=$(STAGE)

# The shipped policy of the first room: half of the data come from the nominal house, half from houses whose physics, light, colours and cameras vary.
recipe-first: install
	set -e; for part in open_drawer:18 close_drawer:14 open_microwave:14 close_microwave:12 pick_up:42 put_in:48; do \
	  for house in "" "--randomize train --first-index 100000"; do \
	  $(BIN)/homebody collect --tasks $${part%:*} --episodes $$(( $${part#*:} * $(SCALE) / 2 )) --perturb 0.5 $$house --out $(OUT)/demonstrations; done; done
	$(BIN)/homebody train policy --data $(OUT)/demonstrations --size $(SIZE) --device $(DEVICE) --minutes $(MINUTES) --steps 1000000 --out $(OUT)/first
	set -e; for part in open_drawer:8 close_drawer:7 open_microwave:8 close_microwave:7 pick_up:30 put_in:30; do \
	  $(BIN)/homebody collect --tasks $${part%:*} --episodes $$(( $${part#*:} * $(SCALE) / 2 )) --first-index 50000 --policy $(OUT)/first \
	    --takeover 1 --perturb 0.2 --randomize train --out $(OUT)/takeovers; done
	$(BIN)/homebody train policy --data $(OUT)/demonstrations $(OUT)/takeovers --size $(SIZE) --device $(DEVICE) --minutes $(MINUTES) --steps 1000000 \
	  --start-from $(OUT)/first --rate 6e-4 --out $(OUT)/homebody
	$(BIN)/homebody bench --policy $(OUT)/homebody --tasks first --episodes 50 --out $(OUT)/bench --card $(OUT)/homebody
	$(BIN)/homebody bench --policy $(OUT)/homebody --tasks first --episodes 50 --randomize heldout --out $(OUT)/bench_varied --card $(OUT)/homebody

# The world model learns from demonstrations, from attempts of the policy where it often fails, and from play.
recipe-world: install
	$(BIN)/homebody collect --tasks open_drawer,close_drawer,open_microwave,close_microwave,pick_up,put_in --episodes $$(( 10 * $(SCALE) )) \
	  --first-index 300000 --policy $(POLICY) --autonomous 1 --keep-failures --randomize heldout --out $(OUT)/attempts
	$(BIN)/homebody collect --tasks pick_up,open_microwave,close_drawer --episodes $$(( 3 * $(SCALE) )) --first-index 400000 --policy play \
	  --autonomous 1 --keep-failures --randomize train --out $(OUT)/play
	$(BIN)/homebody train world-model --data $(OUT)/demonstrations $(OUT)/attempts $(OUT)/play --device $(DEVICE) --minutes $(MINUTES) \
	  --steps 1000000 --out $(OUT)/world
	$(BIN)/homebody imagine --evaluate 200 --randomize heldout --policy $(POLICY) --world $(OUT)/world --card $(OUT)/world

clean:
	rm -rf build dist out *.egg-info .pytest_cache .ruff_cache
