"""Each promise of the tables of what is kept (docs/) has its test."""

import re

import pytest

from cimento.settings.paths import ROOT

RETENTION = "tests/followup/test_retention.py"
# {document: {row of its table: the test that proves how long}}
PROOFS = {
    "docs/website-chat.md": {
        "the conversation as shown": "tests/browser/test_conversation.py"
        "::test_two_idle_hours_empty_the_screen_and_the_storage",
        "the conversation, encrypted": f"{RETENTION}"
        "::test_a_conversation_is_kept_so_long_after_its_last_message",
        "the session token": "tests/chat/test_parts.py::test_an_unused_session_expires",
        "« Ma préparation »: steps ticked, date of the act": "tests/browser/test_reading.py"
        "::test_the_preparation_is_kept_printed_and_put_in_a_calendar",
        "size of the letters, whole page": "tests/browser/test_sizes.py"
        "::test_letters_grow_by_a_button_and_stay_so",
        "« Ce message a-t-il répondu à votre question ? » oui / non, and why not": "tests"
        "/test_housekeeping.py::test_judgements_stay_and_name_nobody",
        "what the sheet did not answer": "tests/test_housekeeping.py"
        "::test_what_was_not_answered_is_counted_for_half_a_year",
        "addresses": "tests/chat/test_guard.py::test_who_asked_is_forgotten_after_a_minute",
    },
    "docs/sms.md": {
        "conversations, by a keyed hash of the number": f"{RETENTION}"
        "::test_a_conversation_is_kept_so_long_after_its_last_message",
        "a message with its number, encrypted": "tests/sms/test_stores.py"
        "::test_words_wait_encrypted_and_are_gone_when_answered",
        "an alert that the database did not take, encrypted": "tests/sms/test_nothing_written.py"
        "::test_the_spool_outlives_the_process",
        "message ids, delivery states by reference": f"{RETENTION}"
        "::test_ids_and_states_of_sms_are_kept_so_long",
        "STOP, by the same hash": f"{RETENTION}::test_a_wish_outlives_everything_but_its_end",
        "texts sent to the simulated phone, encrypted": f"{RETENTION}"
        "::test_ids_and_states_of_sms_are_kept_so_long",
    },
    "docs/followup.md": {
        **dict.fromkeys(
            (
                "telephone number",
                "discharge and act times, SMS states, times and outcomes of answers",
                "consent, STOP, REPRENDRE: who and when",
                "the patient's words of an alert",
                "the ward's reference of a stay",
            ),
            f"{RETENTION}::test_each_thing_about_a_person_is_kept_so_long",
        ),
        "what was done about an alert, by whom, with which note": "tests/followup/test_care.py"
        "::test_a_note_is_unreadable_at_rest_and_goes_with_the_patient",
        "who was called about an alert, when, and whether it left": "tests/followup/test_on_call.py"
        "::test_calls_go_with_the_patient",
        "accounts of the care team, their sessions": "tests/team/test_login.py"
        "::test_neither_password_nor_session_is_stored_in_clear",
        "the wish to get no SMS": f"{RETENTION}::test_a_wish_outlives_everything_but_its_end",
        "the conversation": f"{RETENTION}"
        "::test_people_are_kept_so_long_after_their_last_message",
        "who did what, and when": f"{RETENTION}::test_who_did_what_outlives_everything",
    },
}


@pytest.mark.parametrize("document", PROOFS)
def test_each_row_has_its_test(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    section = re.split(r"^## What is kept.*$", text, flags=re.MULTILINE)[1].partition("\n## ")[0]
    _, *rows = re.findall(r"^\| (.*?) \|", section, re.MULTILINE)
    assert sorted(rows) == sorted(PROOFS[document])
    for proof in PROOFS[document].values():
        file, _, name = proof.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), proof
