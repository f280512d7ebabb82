"""Dates as they are typed in France."""

import re

_FRENCH = re.compile(
    r"(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4}|\d{2})"
    r"(?:(?:,? +(?:à +)?|T)(?P<hour>\d{1,2}) ?[h:] ?(?P<minute>\d{2})?)?"
)


def read_french(text: str) -> str:
    """Return "12/03/2027 16 h 05" as "2027-03-12T16:05"; what is not so written as it stands, for
    followup.schedule.read_moment to read or refuse. Without an hour it is one at 0:00."""
    text = " ".join(text.split())
    found = _FRENCH.fullmatch(text)
    if not found:
        return text
    year = found["year"] if len(found["year"]) == 4 else f"20{found['year']}"
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    return f"{year}-{int(found['month']):02}-{int(found['day']):02}T{hour:02}:{minute:02}"
