"""Rasa input channels of Cimento."""
