"""Shared by all tests: their order, their groups, the trained model, the shared assistant."""

import logging
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from _pytest.terminal import TerminalReporter

from cimento.ops.train import MODEL
from cimento.settings.concern import ENV_FILE, PREFIX
from cimento.settings.paths import ROOT
from cimento.store.database import connect, upgrade
from tests import debian, overheard, servers
from tests.followup import services
from tests.followup.api_server import Served
from tests.servers import Assistant

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from rasa.shared.nlu.training_data.message import Message

# A developer's own settings change no test, nor does a proxy: all is on this machine.
for name in [name for name in os.environ if name.startswith(PREFIX)]:
    del os.environ[name]
os.environ |= {ENV_FILE: "", "no_proxy": "*"}
# Nor does what waits in a developer's own spool come into a test.
os.environ["CIMENTO_SPOOL"] = tempfile.mkdtemp(prefix="cimento-spool-")
# Hypothesis draws the same examples everywhere, and does not mind how long they take.
hypothesis.settings.register_profile(
    "anywhere",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("anywhere")

# Fixtures that take long to make: the tests that use one run in the same process.
SHARED = ("assistant", "agent", "clinic", "demo", "postgres_server", "training_lines")
# Who uses one of these, directly or not, is marked `slow`.
SLOW = {"programs", "agent", "training_lines"}
_running: list[pytest.Item] = []  # the test that runs, from its setup to its teardown


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shuffle", type=int, metavar="SEED", help="run the tests in another order")


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("shuffle")
    return None if seed is None else f"order: --shuffle {seed}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the slow tests, and each with the group that runs in one process."""
    if SLOW & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.slow)
    item.add_marker(pytest.mark.xdist_group(_group(item)))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let those come first that others share a server with, and the quick ones last, so that
    no process waits for another at the end; with --shuffle, whatever chance puts first."""
    seed = config.getoption("shuffle")
    if seed is None:
        items.sort(key=lambda item: (_group(item) not in SHARED, not _is_slow(item)))
        return
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(_group(item), []).append(item)
    chance = random.Random(seed)
    order = list(groups.values())
    chance.shuffle(order)
    for tests in order:
        chance.shuffle(tests)
    items[:] = [item for tests in order for item in tests]


def _group(item: pytest.Item) -> str:
    """Return the fixture that the test shares with others, or else its module."""
    used = getattr(item, "fixturenames", ())
    return next((name for name in SHARED if name in used), item.nodeid.partition("::")[0])


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _running[:] = [item]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    _running.clear()  # what slower tests shared may be stopped after it


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse a program to a test that is not marked `slow`: nobody has to remember the mark."""
    if event == "subprocess.Popen" and _running and not _is_slow(_running[0]):
        raise RuntimeError(f"{arguments[0]}: to start programs, use the fixture `programs`")


sys.addaudithook(_watch)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say what was skipped for want of Debian's packages, in one line."""
    if debian.missing:
        skipped = len(terminalreporter.stats.get("skipped", []))
        terminalreporter.write_line(f"{skipped} SKIPPED: {debian.advice()}", red=True, bold=True)


@pytest.fixture(autouse=True)
def nothing_private_is_logged() -> Iterator[None]:
    """Look at all that this process logs while a test runs."""
    listener, root = overheard.Listener(), logging.getLogger()
    root.addHandler(listener)
    yield
    root.removeHandler(listener)
    assert listener.found == []


@pytest.fixture(scope="session")
def programs() -> None:
    """Asked for by all that starts other programs."""


@pytest.fixture(scope="session")
def embedding_port() -> int:
    """The port of the site that may embed the chat."""
    return servers.EMBEDDING_PORT


@pytest.fixture(scope="session")
def assistant(programs: None) -> Iterator[Assistant]:
    """One assistant for the whole run, in a copy of the project."""
    with servers.shared_assistant() as running:
        yield running


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all the tables and no row: copying it is quicker than making them."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    engine = connect(f"sqlite:///{file}")
    upgrade(engine)  # and no check value: whoever copies it has a secret of his own
    engine.dispose()  # all is in the file then
    return file


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server of the follow-ups, whose application each test puts in."""
    server = Served()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_server(programs: None) -> Iterator[services.Postgres]:
    with services.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def agent() -> "Agent":
    """The deployed model, in this process; a test says where its action server is."""
    import structlog
    from rasa.core.agent import Agent
    from rasa.utils.endpoints import EndpointConfig

    # As in the server: else each message that is read is printed, which takes longer.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    agent = Agent.load(str(ROOT / MODEL), action_endpoint=EndpointConfig())
    assert agent.processor is not None
    return agent


@pytest.fixture(scope="session")
def parse(agent: "Agent") -> Callable[[str], dict[str, Any]]:
    """Return what the deployed model understands of a message (Rasa's parse data)."""
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.trackers import DialogueStateTracker

    processor, tracker = agent.processor, DialogueStateTracker("test", [])
    assert processor is not None

    def read(text: str) -> dict[str, Any]:
        parsed: dict[str, Any] = processor._parse_message_with_graph(UserMessage(text), tracker)
        return parsed

    return read


@pytest.fixture(scope="session")
def training_lines() -> "list[Message]":
    """Return the lines that are learned from, as Rasa reads them."""
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )
    examples: list[Message] = importer.get_nlu_data().intent_examples
    return [example for example in examples if example.get("intent") != "start_check_in"]
