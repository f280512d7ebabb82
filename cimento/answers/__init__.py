"""What patients may be told: the sheet, the policy, and the answers that rest on them.

Free of Rasa, so that actions, channels, checks and tests read the same catalogue.
"""
