"""The page that `make bench` prints and writes: figures, bars, how they were taken."""

from cimento.bench import browser, crowd, load, report
from cimento.settings.paths import ROOT

PAGE = ROOT / "docs" / "bench.md"


def write(columns: dict[str, report.Figures], followups: str, date: str, busy: float) -> str:
    """Return the report; write it to docs/bench.md.

    `followups` is the table of the follow-ups, `busy` the load average before the run.
    """
    text = f"""# Speed and memory

Measured on {date}: {report.machine()}. Load average before: {busy:.2f}.

{report.table(columns)}

## Bars

{report.bars(columns)}

## Follow-ups by SMS

{followups}

## How to read it

- Cimento is this project as deployed: its action server, its conversations in SQLite.
- Bare Rasa has the same NLU examples, spaCy, two CountVectorsFeaturizers (words, and
  characters 1 to 4), LogisticRegressionClassifier, one rule and one text per intent. No
  action server, no code of its own, conversations in memory. DIET is the same project
  with Rasa's default featurizers and DIETClassifier, trained once (not 100 times) on a tenth of the
  lines: it reads no slower for it, and the whole would take hours (4,025 s on 15,800 lines).
- The questions are lines of `tests/nlu/held_out.yml`, shuffled with a fixed seed, put over
  HTTP on the loopback after a warm-up: {load.PARSES} parses (`POST /model/parse`), then
  {load.TURNS} turns at 1 connection and {load.TURNS_TOGETHER} at {load.CONNECTIONS} connections,
  {load.TURNS_PER_SENDER} turns per sender. The client and the servers share the cores.
- The three run side by side and are measured in turn.
- Turn 10 and turn 200 are medians of turns 8 to 12 of new conversations and 198 to 202 of
  long ones, {load.LONG_CONVERSATIONS} of each, timed alternately. They ask the same ten
  questions over and over, so that the turns differ by their place alone.
- {crowd.SESSIONS} people at once: each asks {crowd.MESSAGES} questions, some
  {(crowd.THINKING_SECONDS[0] + crowd.THINKING_SECONDS[1]) / 2:.0f} seconds apart; through the
  chat's endpoint here, through the REST channel on the others.
- Click to painted answer: {browser.CLICKS} times in Debian's Chromium, by its own clock, from the
  click on « Envoyer » to the frame that shows the answer (until December 2026 it was measured from
  outside, by a program that looks every 20, 50, then 100 ms: 122 ms were 49). For comparison, the
  chat library deep-chat weighs 128 kB gzipped.
- Training is the whole command with an empty cache, without validation: `rasa train
  --skip-validation`, here as `cimento train` runs it.
- Follow-ups: on SQLite, each commit on disk before the SMS leaves. A tick runs every minute.
  The SMS of a tick go to a provider that takes no time; those of the last table to Debian's
  Kannel and its simulated operator, both ways with delivery reports, which is what Kannel's
  time goes to. The baseline is a loop that posts the same SMS to smsbox and keeps nothing.

## How to reproduce

`make bench` measures (the first time it also trains, then takes the trained models from
`var/bench`; `.venv/bin/cimento bench --fresh` trains again).
"""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return text
