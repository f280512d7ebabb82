"""Where things are kept: databases, conversations, secrets."""
