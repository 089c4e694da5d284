# make run    set everything up (first time: a few minutes) and serve http://127.0.0.1:8050
# make reproduce   set everything up and make the paper's tables and figures on rendered scenes;  ARGS
# make weights   set everything up and train the recogniser that ships again, one seed, on this machine: hours
# make test   set everything up and run the tests;  ARGS="-m 'not slow'" for the fast ones,
#             ARGS=--exhaustive for those that take minutes, too
# make check  formatting, lint, types, import contracts;  make format  puts the first right
# Settings: KAIROSCOPE_PORT and the other KAIROSCOPE_* of README.md; PYTHON and TORCH_INDEX for the set-up.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TRAINED := $(or $(KAIROSCOPE_DATA_DIR),.kairoscope)/trained

.PHONY: run reproduce weights test check format clean

run: $(STAMP)
	@exec $(BIN)/kairoscope serve --stop-with-parent

reproduce: $(STAMP)
	@exec $(BIN)/kairoscope reproduce --dataset athletics --preset quick $(ARGS)

weights: $(TRAINED)/compact.safetensors

$(TRAINED)/dscnn.safetensors: | $(STAMP)
	@$(BIN)/kairoscope weights pull vgg16-imagenet
	@$(BIN)/kairoscope cases render athletics --out $(TRAINED)/athletics
	@$(BIN)/kairoscope train dscnn --dataset $(TRAINED)/athletics --backbone vgg16-imagenet --epochs 25 --out $@

$(TRAINED)/compact.safetensors: $(TRAINED)/dscnn.safetensors
	@$(BIN)/kairoscope train joint --dataset $(TRAINED)/athletics --from $< --out $@

test: $(STAMP)
	@scripts/chromium.sh
	@exec $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP)
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/python -m scripts.readme

clean:
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@echo "Removed the environment and the caches. Your videos and results stay in .kairoscope/."

# One stamp says that the environment matches pyproject.toml, so that a second run starts at once.
$(STAMP): pyproject.toml
	@scripts/setup.sh $(VENV)
	@touch $@
