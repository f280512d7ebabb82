"""Copies of all that is kept, made while it is used; put back; compared: docs/restore.md."""
