"""One tick: settle what dead workers left, chase missing answers, send what is due.

Several workers may tick at once, on several machines. Nothing is sent that is not claimed;
a claim whose outcome is not recorded is never sent again unless the provider is sure that
it has not got it.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import OperationalError

from cimento.followup import schedule
from cimento.followup.deliveries import Deliveries
from cimento.followup.delivery import Claim, Due
from cimento.followup.models import Kind
from cimento.followup.protocol import read_protocol
from cimento.sms.gateway import Gateway, Knowledge, PermanentFailure, TemporaryFailure

logger = logging.getLogger(__name__)

_BATCH = 200
CLAIM_TIMEOUT = timedelta(minutes=5)  # a gateway answers within one
_GIVE_UP = 12  # times CLAIM_TIMEOUT during which a provider that does not answer is asked again
_RECORD_PAUSES = (0.5, 2, 5, 10, 20)  # seconds: a database that restarts is back by then


class Assistant(Protocol):
    """What prepares the conversation for a check-in."""

    def start_check_in(self, conversation_id: str) -> None:
        """Make the conversation await the answer; harmless when called twice.

        Raises TemporaryFailure when the assistant cannot be reached.
        """
        ...


class Dispatcher:
    """Sends what is due, through one gateway. `clock` returns the aware present."""

    def __init__(
        self,
        deliveries: Deliveries,
        gateway: Gateway,
        assistant: Assistant,
        clock: Callable[[], datetime],
        claim_timeout: timedelta = CLAIM_TIMEOUT,
    ) -> None:
        self._deliveries = deliveries
        self._gateway = gateway
        self._assistant = assistant
        self._clock = clock
        self._claim_timeout = claim_timeout

    def tick(self) -> Counter[str]:
        """Do all there is to do now; return how often each outcome came."""
        outcomes: Counter[str] = Counter()
        store, now = self._deliveries, self._clock()
        for due in _each(lambda: store.claimed_before(now - self._claim_timeout, _BATCH)):
            outcomes[self._settle(due)] += 1
        for due in _each(lambda: store.unanswered(now, _BATCH)):
            store.chase(due, now)
            outcomes["chased"] += 1
        for due in _each(lambda: store.too_late(now, _BATCH)):
            store.drop(due, now)
            outcomes["dropped"] += 1
        for due in _each(lambda: store.due(self._clock(), _BATCH)):
            if not schedule.may_send(self._clock()):
                break
            outcomes[self._send_guarded(due)] += 1
        return outcomes

    def _send_guarded(self, due: Due) -> str:
        """Send one; what goes wrong with it must not keep the others waiting."""
        try:
            return self._send(due)
        except OperationalError:
            raise  # the database is away: the next tick goes on
        except Exception as error:
            logger.error("Delivery %d: %s.", due.id, type(error).__name__)
            return "error"

    def _send(self, due: Due) -> str:
        claim = self._deliveries.claim(due, self._clock())
        if claim is None:
            return "taken"
        text = read_protocol().text(claim.step, claim.home)
        try:
            if claim.kind == Kind.CHECK_IN:
                # First the conversation, then the SMS: see docs/followup.md.
                self._assistant.start_check_in(claim.conversation_id)
            if self._clock() - claim.at > self._claim_timeout / 2:
                # This worker was frozen: soon another one will settle its claim.
                raise TemporaryFailure("the worker was too slow")
            provider_id = self._gateway.send(claim.number, text, claim.reference)
        except TemporaryFailure as failure:
            reason = str(failure)
            self._record(lambda: self._deliveries.record_retry(claim, reason, self._clock()))
            return "retry"
        except PermanentFailure as failure:
            refusal = failure
            self._record(lambda: self._deliveries.record_refused(claim, refusal, self._clock()))
            return "refused"
        except Exception as error:  # it may have gone out: the claim stays, to be settled
            logger.error("Delivery %d is uncertain: %s.", claim.id, type(error).__name__)
            return "uncertain"
        self._record(lambda: self._deliveries.record_sent(claim, provider_id, self._clock()))
        return "sent"

    @staticmethod
    def _record(write: Callable[[], None]) -> None:
        """Write an outcome, through a restart of the database."""
        for pause in _RECORD_PAUSES:
            try:
                return write()
            except OperationalError:
                time.sleep(pause)
        return write()

    def _settle(self, due: Due) -> str:
        """Find out what became of a claim that nobody recorded."""
        claim = self._deliveries.abandoned(due)
        if claim is None:
            return "taken"
        knowledge = self._ask_provider(claim)
        if knowledge == "sent":
            self._deliveries.record_sent(claim, None, claim.at)
        elif knowledge == "absent":
            self._deliveries.release(claim, self._clock())
        elif knowledge == "unknown":
            self._deliveries.record_unknown(claim, self._clock())
        return f"settled: {knowledge or 'later'}"

    def _ask_provider(self, claim: Claim) -> Knowledge | None:
        """Return what the provider knows; None when it is to be asked again at the next tick."""
        try:
            return self._gateway.state_of(claim.reference)
        except Exception as error:
            logger.error("State of delivery %d: %s.", claim.id, type(error).__name__)
            old = self._clock() - claim.at > _GIVE_UP * self._claim_timeout
            return "unknown" if old else None


def _each(read: Callable[[], list[Due]]) -> Iterator[Due]:
    """Yield what `read` returns, batch after batch, each once, until it returns nothing new.

    A batch is shuffled, so that workers who read the same one seldom meet.
    """
    seen: set[int] = set()
    while batch := [due for due in read() if due.id not in seen]:
        random.shuffle(batch)
        for due in batch:
            seen.add(due.id)
            yield due
