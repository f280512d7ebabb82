"""What all the pages need."""

from dataclasses import dataclass

from cimento.followup.clock import Clock
from cimento.followup.erasure import Conversations
from cimento.followup.protocol import Protocol
from cimento.store.database import Database
from cimento.team.access import Access
from cimento.team.directory import Directory


@dataclass(frozen=True)
class Team:
    """Where things are kept, what is sent, what time it is, and who may in.

    `directory`: by which they log in, None when it is by accounts of this installation."""

    database: Database
    conversations: Conversations
    protocol: Protocol
    clock: Clock
    access: Access
    directory: Directory | None = None
