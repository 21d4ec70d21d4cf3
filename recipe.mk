# The policy for the whole house, from data to gates, in stages that go on where they were stopped:
#   make recipe                       everything that is not there yet, JOBS one-thread processes side by side
#   make recipe-again STAGE=head      makes one stage, and what follows from it, again
#   make recipe ROBOT=so101 OUT=out/so101 EYES_FROM=out/recipe/eyes_again
#                                     another arm: its eyes begin with what those of the first know of pictures and words
# A stage that is done has a file OUT/STAGE.done, or OUT/STAGE/TASK.done; its log is OUT/logs/STAGE.log. What it writes depends on nothing but
# the stages before it: not on when it was stopped, not on what ran beside it.
OUT ?= out/recipe
JOBS ?= 2
ROBOT ?= panda
DEMONSTRATIONS ?= 100
TAKEOVERS ?= 60
# Folding takes half a minute of one core an episode: other numbers for one task.
FEWER := fold_towel fold_quilt lay_blanket towel_in_basket
$(foreach task,$(FEWER),$(eval DEMONSTRATIONS_$(task) ?= 30)$(eval TAKEOVERS_$(task) ?= 15))
HEAD_STEPS ?= 20000
GLANCED ?= 120
WANDERED ?= 400
CHECKED ?= 40
EYES_FROM ?=
EYES_STEPS ?= 30000
GATE_EPISODES ?= 10
# Far from the starts that policies are tried on. Multiples of 40, the episodes in a file of glances.
FIRST ?= 10000
TAKEN ?= 15000
SEEN ?= 20000
WALKED ?= 30000

BIN ?= .venv/bin
PYTHON := $(BIN)/python
HOMEBODY := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 HOMEBODY_ENDS_WITH=$$PPID $(BIN)/homebody
TASKS ?= $(shell $(PYTHON) -c "from homebody.envs.registry import all_tasks, task_robots; print(*(t for t in sorted(all_tasks()) if '$(ROBOT)' in task_robots(t)))")
ONE := --robot $(ROBOT) --threads 1 --slots 12
STATE := $(ONE) --cameras none --marks 1
all = $(foreach task,$(TASKS),$(OUT)/$(1)/$(task).done)
sets = $(foreach task,$(TASKS),$(OUT)/$(1)/$(task))
comma := ,
space := $(subst ,, )
LISTED = $(subst $(space),$(comma),$(strip $(TASKS)))
going_on = $$(test -f $(OUT)/$(1)/training.safetensors && echo --resume)
LOG = >> $(OUT)/logs/$(1).log 2>&1
# Collecting that kept nothing (exit code 1) is done all the same.
OR_NONE = || test $$? = 1
# A stage that was done and has to be made again is made from nothing; one that was cut goes on.
anew = @test ! -f $@ || rm -rf $(basename $@) $@

.PHONY: recipe again
.SECONDARY:
recipe: $(OUT)/listener.done $(OUT)/gate_head.done $(OUT)/gate_eyes.done $(OUT)/gate.done

again:
	rm -rf $(OUT)/$(STAGE) $(OUT)/$(STAGE).done
	$(MAKE) -f recipe.mk -j$(JOBS) recipe

$(OUT)/logs:
	mkdir -p $@ $(addprefix $(OUT)/,demonstrations takeovers glances walks checks)

# --- the listener: sentences -> goals -------------------------------------------------------------------------------------
$(OUT)/listener.done: | $(OUT)/logs
	@test ! -f $(OUT)/listener/model.safetensors || rm -rf $(OUT)/listener
	$(HOMEBODY) train listener --out $(OUT)/listener $(call LOG,listener)
	touch $@

# --- the head: marks and touch -> motion ----------------------------------------------------------------------------------
# Episodes of the expert without pictures, half of them knocked off their path.
$(OUT)/demonstrations/%.done: | $(OUT)/logs
	$(anew)
	$(HOMEBODY) collect --tasks $* --episodes $(or $(DEMONSTRATIONS_$*),$(DEMONSTRATIONS)) --first-index $(FIRST) --perturb 0.5 $(STATE) --out $(OUT)/demonstrations/$* $(call LOG,demonstrations) $(OR_NONE)
	touch $@

# The head learns from them by true marks, ...
$(OUT)/head.done: $(call all,demonstrations)
	$(anew)
	$(HOMEBODY) train head --data $(call sets,demonstrations) --steps $(HEAD_STEPS) --threads 1 --out $(OUT)/head $(call going_on,head) $(call LOG,head)
	touch $@

# ... acts, and the expert takes over wherever that led; ...
$(OUT)/takeovers/%.done: $(OUT)/head.done
	$(anew)
	$(HOMEBODY) collect --tasks $* --episodes $(or $(TAKEOVERS_$*),$(TAKEOVERS)) --first-index $(TAKEN) --policy $(OUT)/head --takeover 1 $(STATE) --out $(OUT)/takeovers/$* $(call LOG,takeovers) $(OR_NONE)
	touch $@

# ... learns from both.
$(OUT)/head_again.done: $(call all,takeovers)
	$(anew)
	$(HOMEBODY) train head --data $(call sets,demonstrations) $(call sets,takeovers) --steps $(HEAD_STEPS) --threads 1 --start-from $(OUT)/head --rate 6e-4 --out $(OUT)/head_again $(call going_on,head_again) $(call LOG,head_again)
	touch $@

# Gate: by true marks it solves 90 % of held-out starts.
$(OUT)/gate_head.done: $(OUT)/head_again.done
	$(anew)
	$(HOMEBODY) bench --policy $(OUT)/head_again --robot $(ROBOT) --tasks $(LISTED) --episodes $(GATE_EPISODES) --fail-below 0.9 --out $(OUT)/gate_head 2>> $(OUT)/logs/gate_head.log
	touch $@

# --- the eyes: pictures and words -> marks --------------------------------------------------------------------------------
# Glances of many scenes near whose things a hand goes about; and of scenes that are never trained on.
$(OUT)/walks/%.done: | $(OUT)/logs
	$(HOMEBODY) glance --tasks $* --episodes $(WANDERED) --first-index $(WALKED) --policy wander --until 36 --every 12 --randomize train $(ONE) --out $(OUT)/walks $(call LOG,walks)
	touch $@

$(OUT)/checks/%.done: | $(OUT)/logs
	$(HOMEBODY) glance --tasks $* --episodes $(CHECKED) --every 32 --split heldout $(ONE) --out $(OUT)/checks $(call LOG,checks)
	touch $@

# The eyes learn from those, ...
$(OUT)/eyes.done: $(call all,walks)
	$(anew)
	$(HOMEBODY) train eyes --data $(OUT)/walks $(if $(EYES_FROM),--start-from $(EYES_FROM)) --steps $(EYES_STEPS) --threads 1 --out $(OUT)/eyes $(call going_on,eyes) $(call LOG,eyes)
	touch $@

$(OUT)/beginning.done: $(OUT)/head_again.done $(OUT)/eyes.done
	$(HOMEBODY) train join --eyes $(OUT)/eyes --head $(OUT)/head_again --out $(OUT)/beginning $(call LOG,beginning)
	touch $@

# ... lead the hand, also to the wrong thing, and look again from wherever that led; ...
$(OUT)/glances/%.done: $(OUT)/beginning.done
	$(HOMEBODY) glance --tasks $* --episodes $(GLANCED) --first-index $(SEEN) --policy $(OUT)/beginning --until 150 --every 12 $(ONE) --out $(OUT)/glances $(call LOG,glances)
	touch $@

# ... learn from both.
AGAIN = train eyes --data $(OUT)/glances $(OUT)/walks --start-from $(OUT)/eyes --rate 6e-4 --steps $(EYES_STEPS) --threads 1 --out $(OUT)/eyes_again
$(OUT)/eyes_again.done: $(call all,glances) $(call all,walks)
	$(anew)
	$(HOMEBODY) $(AGAIN) $(call going_on,eyes_again) $(call LOG,eyes_again)
	touch $@

# Gate: half of the act points of scenes that they never saw are within 10 mm.
$(OUT)/gate_eyes.done: $(OUT)/eyes_again.done $(call all,checks)
	$(HOMEBODY) $(AGAIN) --resume --check $(OUT)/checks --most-off 0.01 --json $(OUT)/gate_eyes.json 2>> $(OUT)/logs/gate_eyes.log
	touch $@

# --- the policy -----------------------------------------------------------------------------------------------------------
$(OUT)/house.done: $(OUT)/head_again.done $(OUT)/eyes_again.done
	$(HOMEBODY) train join --eyes $(OUT)/eyes_again --head $(OUT)/head_again --out $(OUT)/house $(call LOG,house)
	touch $@

# Gate: it solves 70 % of held-out starts.
$(OUT)/gate.done: $(OUT)/house.done
	$(anew)
	$(HOMEBODY) bench --policy $(OUT)/house --robot $(ROBOT) --tasks $(LISTED) --episodes $(GATE_EPISODES) --fail-below 0.7 --out $(OUT)/gate 2>> $(OUT)/logs/gate.log
	touch $@
