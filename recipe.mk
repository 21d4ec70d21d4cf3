# The policy for the whole house, from data to gate, in stages that go on where they were stopped:
#   make recipe                       everything that is not there yet, two one-thread processes side by side
#   make recipe-again STAGE=head      makes one stage, and what follows from it, again
# A stage that is done has a file OUT/STAGE.done (or OUT/STAGE/TASK.done); its log is
# OUT/logs/STAGE.log. What it writes depends on nothing
# but the stages before it: not on when it was stopped, not on what ran beside it.
OUT ?= out/recipe
JOBS ?= 2
DEMONSTRATIONS ?= 100
TAKEOVERS ?= 60
HEAD_STEPS ?= 20000
GATE_EPISODES ?= 10
# Far from the starts that policies are tried on.
FIRST ?= 10000

HOMEBODY := exec env OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 HOMEBODY_ENDS_WITH_PARENT=1 .venv/bin/homebody
PYTHON := .venv/bin/python
ROBOT ?= panda
TASKS ?= $(shell $(PYTHON) -c "from homebody.envs.registry import all_tasks, task_robots; print(*(t for t in sorted(all_tasks()) if '$(ROBOT)' in task_robots(t)))")
STATE := --robot $(ROBOT) --cameras none --marks 1 --threads 1 --slots 12
all = $(foreach task,$(TASKS),$(OUT)/$(1)/$(task).done)
sets = $(foreach task,$(TASKS),$(OUT)/$(1)/$(task))
comma := ,
space := $(subst ,, )
going_on = $$(test -f $(OUT)/$(1)/training.safetensors && echo --resume)
# A stage that was done and has to be made again is made from nothing; one that was cut goes on.
anew = @test ! -f $@ || rm -rf $(basename $@) $@

.PHONY: recipe again
.SECONDARY:
recipe: $(OUT)/gate.done

again:
	rm -rf $(OUT)/$(STAGE) $(OUT)/$(STAGE).done
	$(MAKE) -f recipe.mk -j$(JOBS) recipe

$(OUT)/logs:
	mkdir -p $@ $(addprefix $(OUT)/,demonstrations takeovers)

# 1. Episodes of the expert without pictures, half of them knocked off their path.
$(OUT)/demonstrations/%.done: | $(OUT)/logs
	$(anew)
	$(HOMEBODY) collect --tasks $* --episodes $(DEMONSTRATIONS) --first-index $(FIRST) --perturb 0.5 $(STATE) --out $(OUT)/demonstrations/$* >> $(OUT)/logs/demonstrations.log 2>&1
	touch $@

# 2. The head learns from them by true marks, ...
$(OUT)/head.done: $(call all,demonstrations)
	$(anew)
	$(HOMEBODY) train head --data $(call sets,demonstrations) --steps $(HEAD_STEPS) --out $(OUT)/head $(call going_on,head) >> $(OUT)/logs/head.log 2>&1
	touch $@

# 3. ... acts, and the expert takes over wherever that led; ...
$(OUT)/takeovers/%.done: $(OUT)/head.done
	$(anew)
	$(HOMEBODY) collect --tasks $* --episodes $(TAKEOVERS) --first-index $$(( $(FIRST) + 5000 )) --policy $(OUT)/head --takeover 1 $(STATE) --out $(OUT)/takeovers/$* >> $(OUT)/logs/takeovers.log 2>&1
	touch $@

# 4. ... learns from both.
$(OUT)/head_again.done: $(call all,takeovers)
	$(anew)
	$(HOMEBODY) train head --data $(call sets,demonstrations) $(call sets,takeovers) --steps $(HEAD_STEPS) --start-from $(OUT)/head --rate 6e-4 --out $(OUT)/head_again $(call going_on,head_again) >> $(OUT)/logs/head_again.log 2>&1
	touch $@

# Gate: by true marks it solves 90 % of held-out starts.
$(OUT)/gate.done: $(OUT)/head_again.done
	$(anew)
	$(HOMEBODY) bench --policy $(OUT)/head_again --robot $(ROBOT) --tasks $(subst $(space),$(comma),$(TASKS)) --episodes $(GATE_EPISODES) --fail-below 0.9 \
	  --out $(OUT)/gate 2>> $(OUT)/logs/gate.log
	touch $@
