"""Measure this project beside two bare Rasa projects on the same data, one with DIET."""
