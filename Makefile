# `make help` lists what there is. Settings come from the environment or a .env file.
-include .env
export

PYTHON := .venv/bin/python
SOURCES := actions cimento tests

.DEFAULT_GOAL := help
.PHONY: help run chat demo-sms train test services lint check lock curve feedback pictures bench bench-diet

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.synced: requirements.txt cimento/ops/bootstrap.sh
	@sh cimento/ops/bootstrap.sh

run: .venv/.synced ## Install what is needed, train if needed, start the assistant
	@$(PYTHON) -m cimento.ops.run

chat: .venv/.synced ## Talk to the running assistant in the terminal
	@$(PYTHON) -m cimento.ops.chat

demo-sms: .venv/.synced ## Play a follow-up by SMS with time accelerated
	@$(PYTHON) -m cimento.demo

train: .venv/.synced ## Train the model if its sources have changed
	@$(PYTHON) -m cimento.ops.train

check: .venv/.synced ## Check that every answer rests on the sheet or the policy
	@$(PYTHON) -m cimento.answers.grounding

lint: .venv/.synced ## Check style and types
	@.venv/bin/ruff check $(SOURCES)
	@.venv/bin/ruff format --check $(SOURCES)
	@.venv/bin/mypy $(SOURCES)

test: .venv/.synced lint train ## Run every check and test
	@$(PYTHON) -m pytest

services: ## Install the browser, gateway and databases that the tests need (Debian, root)
	@sh cimento/ops/services.sh

pictures: .venv/.synced train ## Make the pictures of docs/ anew
	@CIMENTO_PICTURES=$(CURDIR)/docs $(PYTHON) -m pytest tests/browser -k "picture or follow_up"

curve: .venv/.synced ## Print wrong answers against refusals, by threshold
	@$(PYTHON) -m cimento.bench.curve

feedback: .venv/.synced ## Print how many patients each answer helped
	@$(PYTHON) -W ignore -m cimento.ops.feedback

bench: .venv/.synced train ## Measure this project beside a bare Rasa project
	@$(PYTHON) -m cimento.bench

bench-diet: .venv/.synced ## Measure Rasa's DIET pipeline on the same data (minutes)
	@$(PYTHON) -m cimento.bench --only diet

lock: .venv/.synced ## Compile requirements/ into requirements.txt, with hashes
	@uv pip compile requirements/requirements.in --override requirements/overrides.txt \
	  --python-version 3.10 --generate-hashes --no-emit-index-url --no-header -o requirements.txt
