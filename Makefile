# `make help` lists what there is. Settings come from the environment or a .env file, which
# every command reads by itself: docs/settings.md.
CIMENTO := .venv/bin/cimento
PYTHON := .venv/bin/python
SOURCES := actions cimento tests

.DEFAULT_GOAL := help
.PHONY: help run chat demo-sms config doctor train test test-fast test-soak soak-alarms test-rolling services bundle lint check audit booklet lock curve feedback pictures bench

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.synced: requirements.txt pyproject.toml cimento/ops/bootstrap.sh
	@sh cimento/ops/bootstrap.sh

run: .venv/.synced ## Install what is needed, train if needed, start the assistant
	@$(CIMENTO) run

chat: .venv/.synced ## Talk to the running assistant in the terminal
	@$(CIMENTO) chat

demo-sms: .venv/.synced ## Play a follow-up by SMS with time accelerated
	@$(CIMENTO) demo

config: .venv/.synced ## Print the settings in force, secrets masked
	@$(CIMENTO) config

doctor: .venv/.synced ## Say what is wrong with this installation, or soon will be
	@$(CIMENTO) doctor

train: .venv/.synced ## Train the model if its sources have changed
	@$(CIMENTO) train

check: .venv/.synced ## Check that every answer rests on the sheet or the policy
	@$(CIMENTO) check

audit: .venv/.synced ## Look for known vulnerabilities of what is pinned
	@sh cimento/ops/audit.sh

booklet: .venv/.synced ## Print all questions and answers, for the physicians who approve them
	@$(CIMENTO) booklet

lint: .venv/.synced ## Check style and types
	@.venv/bin/ruff check $(SOURCES)
	@.venv/bin/ruff format --check $(SOURCES)
	@.venv/bin/mypy $(SOURCES)

test: .venv/.synced lint train ## Run every check and test
	@sh cimento/ops/services.sh || echo "The tests that need them are skipped."
	@$(PYTHON) -m pytest

test-fast: .venv/.synced ## Run the tests that start no program, load no model, read no training lines
	@$(PYTHON) -m pytest -m "not slow"

test-soak: .venv/.synced train ## Run all tests ten times on a busy machine, in ten orders
	@$(PYTHON) -m tests.soak

soak-alarms: .venv/.synced ## Let 1,000 alarms be written while the assistant is killed at random
	@$(PYTHON) -m tests.sms.storm 1000

test-rolling: .venv/.synced train ## Swap the model and restart the servers one by one while patients ask
	@$(PYTHON) -m tests.deploy.rolling

services: .venv/.synced ## Install what the tests run against: a browser, a gateway, databases… (Debian, root)
	@sh cimento/ops/services.sh

bundle: .venv/.synced train ## Make one archive that installs without network: docs/install.md
	@$(CIMENTO) model exam
	@sh cimento/ops/bundle.sh

pictures: .venv/.synced train ## Make the pictures of docs/ anew
	@PICTURES=$(CURDIR)/docs $(PYTHON) -m pytest tests/browser -k "picture or follow_up"

curve: .venv/.synced ## Print wrong answers against refusals, by threshold
	@$(CIMENTO) curve

feedback: .venv/.synced ## Print how many patients each answer helped
	@$(CIMENTO) feedback

bench: .venv/.synced train ## Measure this project beside two bare Rasa projects
	@$(CIMENTO) bench

lock: .venv/.synced ## Compile requirements/ into requirements.txt, with hashes
	@uv pip compile requirements/requirements.in --override requirements/overrides.txt \
	  --python-version 3.10 --generate-hashes --no-emit-index-url --no-header -o requirements.txt
	@for tool in uv audit oidc; do uv pip compile requirements/$$tool.in --universal \
	  --python-version 3.10 --generate-hashes --no-emit-index-url --no-header \
	  -o requirements/$$tool.txt; done
