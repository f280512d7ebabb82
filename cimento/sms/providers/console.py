"""The simulated phone: no network, no operator. For trying, showing and testing."""

import json
from datetime import datetime, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cimento.sms.ledger import Ledger
from cimento.sms.providers.base import MAX_ID, Inbound, Provider, Received, Refused, Route
from cimento.sms.tables import PHONE
from cimento.store.vault import conversation_id, decrypt, encrypt

_WORDS = "simulated phone"  # the key that texts are encrypted with


class ConsoleProvider(Provider):
    """A phone in this machine's database: what is sent to it can be read there.

    Whoever gives it a request has made sure that it comes from this machine.
    """

    name = "console"
    inbound = Route("POST", "/console")
    acknowledgement = ('{"messages": []}', "application/json")

    def __init__(self, ledger: Ledger, engine: Engine) -> None:
        super().__init__(ledger)
        self._engine = engine

    def read(self, received: Received) -> Inbound:
        try:
            content = json.loads(received.body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "the body is not JSON") from error
        match content:
            case {"from": str(number), "text": str(text), "id": str(message_id)}:
                if 0 < len(message_id) <= MAX_ID:
                    return Inbound(message_id, number, text)
        raise Refused(400, 'the body must be {"from": "06…", "text": "…", "id": "…"}')

    def _transmit(self, number: str, text: str, reference: str) -> str:
        with self._engine.begin() as connection:
            row = PHONE.insert().values(
                conversation=conversation_id(number),
                reference=reference,
                text=encrypt(text, _WORDS),
                at=datetime.now(timezone.utc),
            )
            return str(connection.execute(row).inserted_primary_key[0])

    def received_by(
        self, number: str, after: int = 0, reference: str = ""
    ) -> list[dict[str, object]]:
        """Return what the phone `number` (E.164) received: [{id, text, at}], oldest first.

        `after`: the last id already known; `reference`: only messages whose reference
        starts so; `at`: seconds since 1970.
        """
        query = (
            sa.select(PHONE)
            .where(PHONE.c.conversation == conversation_id(number), PHONE.c.id > after)
            .where(PHONE.c.reference.startswith(reference, autoescape=True))
            .order_by(PHONE.c.id)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            {"id": row.id, "text": decrypt(row.text, _WORDS), "at": row.at.timestamp()}
            for row in rows
        ]
