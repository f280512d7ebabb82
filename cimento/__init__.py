"""Cimento: what answers patients and follows them up, around Rasa's own folders.

One floor above the other, and every import goes down: bench, demo / ops / channels / followup /
answers / sms / store / nlu / settings (tests/test_architecture.py).
"""
