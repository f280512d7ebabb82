"""Rasa NLU components of Cimento: reading patients' French."""
