"""The SMS channel in a process of its own, to be stopped and killed: see test_cut_off.

Arguments: provider, port, address of the provider, database, spool. Each line of its input starts
the channel once more, in a process forked from this one, which has imported what it takes seconds
to import; its output is the ids of these processes.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sanic import Sanic

from cimento.channels.sms.channel import SmsInput
from cimento.followup.listener import FollowUpListener
from cimento.followup.protocol import read_protocol
from cimento.followup.spool import Spool
from cimento.sms import inbox, ledger
from cimento.sms.providers.base import Provider
from cimento.sms.providers.kannel import KannelProvider
from cimento.sms.providers.twilio import TwilioProvider
from cimento.store.database import open_database
from cimento.store.spool import SpoolFolder
from tests.sms import kannel, twilio
from tests.sms.server import Assistant

# The carriers of the tests report sooner than real ones, and nobody wants to wait as long.
ledger.REPORTED_WITHIN, inbox.AGAIN_AFTER = timedelta(seconds=15), timedelta(seconds=2)


def serve(provider: str, port: str, address: str, url: str, spool: str) -> None:
    # As Rasa's process has it: an alarm does not wait long for a locked database.
    database = open_database(url, patience=2)
    folder = SpoolFolder(Path(spool))
    states = ledger.Ledger(database.engine, folder)
    carrier: Provider
    if provider == "kannel":
        settings = kannel.settings(int(port), f"{address}/cgi-bin/sendsms")
        carrier = KannelProvider(settings, states)
    else:
        settings = twilio.SETTINGS
        carrier = TwilioProvider(settings, states, twilio.Redirected(address))
    listener = FollowUpListener(database, read_protocol(), Spool(folder))
    channel = SmsInput(settings, listener, database, carrier, every=0.2)
    app = Sanic("cut", configure_logging=False)
    agent: Any = Assistant()
    app.ctx.agent = agent
    app.blueprint(channel.blueprint(agent.handle), url_prefix="/webhooks/sms")
    app.run("127.0.0.1", int(port), access_log=False)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has ended is gone at once
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(*sys.argv[1:])
            return
        print(child, flush=True)


if __name__ == "__main__":
    main()
