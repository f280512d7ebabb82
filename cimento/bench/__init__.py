"""Measure this project beside a bare Rasa project and beside Rasa's DIET pipeline."""
