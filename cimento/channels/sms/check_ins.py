"""The one thing that the follow-ups ask of the assistant: to await the answer to a check-in.

It stands for Rasa's HTTP API, which is closed: that one runs whatever model it is given.
"""

import hmac
import logging

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from cimento.channels.sms.assistant import SmsOutput
from cimento.followup.rasa_client import INTENT, check_in_token
from cimento.monitoring.turns import count_refusal
from cimento.store.vault import is_by_sms

logger = logging.getLogger(__name__)


def add_check_ins(routes: Blueprint) -> None:
    """Add POST /check-ins {"conversation": "sms-…"} to `routes`, opened by the token that is
    derived from the installation's secret."""
    expected = f"Bearer {check_in_token()}".encode()

    @routes.post("/check-ins")
    async def check_in(request: Request) -> HTTPResponse:
        given = request.headers.get("authorization", "").encode(errors="replace")
        if not hmac.compare_digest(given, expected):
            count_refusal("check_in", "token")
            return response.text("a token is needed\n", status=401)
        try:
            conversation = request.json["conversation"]
        except Exception:  # whatever the body is
            conversation = None
        if not isinstance(conversation, str) or not is_by_sms(conversation):
            return response.text('give {"conversation": "sms-…"}\n', status=400)
        agent = request.app.ctx.agent
        # A channel that only collects: telling sends nothing, and twice changes nothing.
        output = SmsOutput()
        try:
            async with agent.lock_store.lock(conversation):
                tracker = await agent.processor.fetch_tracker_and_update_session(
                    conversation, output
                )
                await agent.trigger_intent(INTENT, [], output, tracker)
        except Exception as error:
            logger.error("A check-in could not be told: %s.", type(error).__name__)
            return response.text("try again later\n", status=503)
        return response.empty()
