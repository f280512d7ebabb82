"""A follow-up of one patient with time accelerated: the phone and the team, side by side."""
