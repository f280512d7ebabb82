"""A visitor of the running chat."""

import pytest

from tests.chat.client import Client
from tests.servers import Assistant


@pytest.fixture
def client(assistant: Assistant) -> Client:
    """A visitor who has just opened the chat."""
    visitor = Client(assistant.port)
    visitor.open()
    return visitor
