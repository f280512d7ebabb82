"""Follow-ups after discharge: the right SMS at the right time, and a team that is told.

Free of Rasa: it talks to the assistant over HTTP, as any client would.
"""
