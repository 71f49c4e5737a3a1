# make demo | test | check | integration | audit | bench | docs: each sets up its own .venv first.
VENV   := .venv
PYTHON := $(VENV)/bin/python
READY  := $(VENV)/.ready
export PYTHONDONTWRITEBYTECODE := 1
export OMP_WAIT_POLICY := PASSIVE

.PHONY: demo test check integration audit bench docs clean

demo: $(READY)
	rm -rf demo
	$(VENV)/bin/privsynth demo -o demo

test: $(READY)
	$(PYTHON) -m pytest -n 2 --dist loadfile

check: $(READY)
	$(PYTHON) -m ruff check privsynth tests examples benchmarks
	$(PYTHON) -m ruff format --check privsynth tests examples benchmarks
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest tests/test_floors.py tests/test_docs.py

integration: $(READY)
	$(PYTHON) -m pip install --quiet -c constraints.txt -e '.[dev,spark]'
	$(PYTHON) -m pytest -m integration

audit: $(READY)
	$(PYTHON) -m pytest -m audit

bench: $(READY)
	$(PYTHON) benchmarks/utility.py
	$(PYTHON) benchmarks/generators.py census --epsilons 1 --fits 1
	$(PYTHON) benchmarks/speed.py
	$(PYTHON) benchmarks/scan.py
	$(PYTHON) benchmarks/paid_roles.py

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict

$(READY): pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet -c constraints.txt torch==2.13.0
	$(PYTHON) -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch $(READY)

clean:
	rm -rf $(VENV) demo site build dist *.egg-info .mypy_cache .ruff_cache
