"""Alarms while the assistant is stopped and killed in their middle: all answered, none twice."""

from pathlib import Path

import pytest

from tests.sms.storm import SECRET, kill, play, stop


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("name", ["kannel", "twilio"])
def test_alarms_that_a_stop_and_a_kill_cut_off_are_answered_once(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIMENTO_SECRET", SECRET)
    assert play(tmp_path, name, 50, {8: stop, 25: kill}) == "0 lost, 0 doubled, 0 silent"
