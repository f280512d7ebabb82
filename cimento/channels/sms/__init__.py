"""Conversations by text message. Only `channel.py` knows Rasa."""
