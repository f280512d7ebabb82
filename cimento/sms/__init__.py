"""Text messages: providers, what was sent and seen, numbers, STOP, the alphabet. Free of Rasa."""
