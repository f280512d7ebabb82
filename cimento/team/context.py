"""What all the pages need."""

from dataclasses import dataclass

from cimento.followup.clock import Clock
from cimento.followup.erasure import Conversations
from cimento.followup.protocol import Protocol
from cimento.store.database import Database
from cimento.team.access import Access


@dataclass(frozen=True)
class Team:
    """Where things are kept, what is sent, what time it is, and who may in."""

    database: Database
    conversations: Conversations
    protocol: Protocol
    clock: Clock
    access: Access
