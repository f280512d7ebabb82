"""Telephone numbers in the one form that is stored and sent to: E.164.

Follow-ups go to French mobiles, mainland and overseas; whoever else writes is answered too.

Odd inputs met: "06 12 34 56 78", "06.12.34.56.78", "+33 (0)6 12 34 56 78", "0033612345678",
"33612345678" (a gateway that drops the plus), "0692 12 34 56" (Réunion, dialled as at home).
"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

# In the order they are tried on a number without country code. The first six share the
# prefix 0 and do not overlap; the last four have no prefix and need their country code.
_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")
FRENCH = {33, 590, 594, 596, 262, 508, 681, 687, 689}
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LONGEST = 40  # characters; what is longer is no number


class NumberRefused(ValueError):
    """SMS cannot be sent to this number; the message says why, in French, without it."""


def _readings(text: str) -> list[PhoneNumber]:
    found = []
    for region in _REGIONS:
        try:
            found.append(phonenumbers.parse(text, region))
        except NumberParseException:
            continue
    return found


def _format(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise(text: str) -> str:
    """Return a French mobile number as E.164 ("+33612345678"). Raises NumberRefused."""
    if not text.strip():
        raise NumberRefused("Le numéro manque.")
    readings = _readings(text) if len(text) <= _LONGEST else []
    valid = [number for number in readings if phonenumbers.is_valid_number(number)]
    if not valid:
        raise NumberRefused("Ce n'est pas un numéro de téléphone valide.")
    french = [number for number in valid if number.country_code in FRENCH]
    if not french:
        raise NumberRefused(
            "Ce numéro n'est pas français : seuls les mobiles français sont servis."
        )
    for number in french:
        if phonenumbers.number_type(number) in _MOBILE:
            return _format(number)
    raise NumberRefused("Ce numéro n'est pas un mobile : il ne peut pas recevoir de SMS.")


def international(text: str) -> str:
    """Return any number, of any country and kind of line, as E.164. Raises NumberRefused.

    French mobiles are those of `normalise`.
    """
    try:
        return normalise(text)
    except NumberRefused:
        readings = _readings(text) if len(text) <= _LONGEST else []
        valid = [number for number in readings if phonenumbers.is_valid_number(number)]
        if not valid and text.strip().startswith("+"):  # a range newer than the library
            valid = [number for number in readings if phonenumbers.is_possible_number(number)]
        if not valid:
            raise
        return _format(valid[0])


def sender(text: str) -> str:
    """Return who wrote, as E.164; as it stands when it is no number: a short code, a name."""
    try:
        return international(text)
    except NumberRefused:
        return "".join(c for c in text if c.isprintable()).strip()[:_LONGEST]


def can_be_answered(sender: str) -> bool:
    """Return whether an SMS can be sent to whom `sender` returned."""
    return sender.startswith("+")
