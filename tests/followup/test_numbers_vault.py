"""Which numbers are served, under which name, and what is readable at rest."""

import pytest

from cimento.sms.numbers import (
    NumberRefused,
    can_be_answered,
    international,
    normalise,
    sender,
)
from cimento.store import vault


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("33612345678", "+33612345678"),  # a gateway that drops the plus
        ("612345678", "+33612345678"),  # a spreadsheet that drops the zero
        ("07 56 12 34 56", "+33756123456"),
        ("0690 35 12 34", "+590690351234"),  # Guadeloupe, Saint-Martin, Saint-Barthélemy
        ("0696 12 34 56", "+596696123456"),  # Martinique
        ("0694 20 12 34", "+594694201234"),  # Guyane
        ("0692 12 34 56", "+262692123456"),  # Réunion
        ("262692123456", "+262692123456"),
        ("0639 09 12 34", "+262639091234"),  # Mayotte
        ("+508 55 12 34", "+508551234"),  # Saint-Pierre-et-Miquelon
        ("+687 75 12 34", "+687751234"),  # Nouvelle-Calédonie
        ("+689 87 12 34 56", "+68987123456"),  # Polynésie
        ("+681 82 12 34", "+681821234"),  # Wallis-et-Futuna
    ],
)
def test_french_mobiles(text: str, number: str) -> None:
    assert normalise(text) == number
    assert normalise(number) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "manque"),
        ("   ", "manque"),
        ("05 56 79 56 79", "pas un mobile"),
        ("08 99 12 34 56", "pas un mobile"),
        ("+44 7911 123456", "pas français"),
        ("36111", "valide"),
        ("15", "valide"),
        ("abc", "valide"),
        ("\x00", "valide"),
        ("06 12 34 56 7", "valide"),
        ("1" * 10_000, "valide"),
    ],
)
def test_others_are_refused_without_being_repeated(text: str, reason: str) -> None:
    with pytest.raises(NumberRefused, match=reason) as refusal:
        normalise(text)
    assert not text.strip() or text not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("0692 12 34 56", "+262692123456"),
        ("05 56 79 56 79", "+33556795679"),
        ("+32 470 12 34 56", "+32470123456"),
        ("00351 912 345 678", "+351912345678"),
        ("+33 9 99 99 99 99", "+33999999999"),
    ],
)
def test_whoever_writes_has_a_number(text: str, number: str) -> None:
    assert international(text) == sender(text) == number
    assert can_be_answered(number)


@pytest.mark.parametrize(
    ("text", "name"),
    [("38000", "38000"), ("OVH", "OVH"), ("", ""), ("15", "15"), ("a\x1b[2J\u202eb", "a[2Jb")],
)
def test_a_name_or_a_short_code_stays_as_it_is(text: str, name: str) -> None:
    assert sender(text) == name
    assert not can_be_answered(name)
    with pytest.raises(NumberRefused):
        international(text)


def test_a_conversation_is_named_by_the_secret_and_the_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = vault.conversation_id("+33612345678")
    assert name.startswith("sms-") and len(name) == 36
    assert name == vault.conversation_id("+33612345678") != vault.conversation_id("+33612345679")
    monkeypatch.setenv("CIMENTO_SECRET", "another-secret-" * 3)
    assert vault.conversation_id("+33612345678") != name


def test_what_is_encrypted_needs_the_secret_and_the_purpose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = vault.encrypt("+33612345678")
    assert "612345678" not in token
    assert vault.decrypt(token) == "+33612345678"
    with pytest.raises(vault.VaultError):
        vault.decrypt(token, vault.WORDS)
    monkeypatch.setenv("CIMENTO_SECRET", "another-secret-" * 3)
    with pytest.raises(vault.VaultError, match="CIMENTO_SECRET"):
        vault.decrypt(token)
