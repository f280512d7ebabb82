"""Whether a message is written for somebody else: « mon père a 39 », « je suis sa fille »."""

import re

from cimento.nlu.text import fold

_SOMEBODY = (
    r"(?:pere|papa|mere|maman|mari|femme|epoux|epouse|conjointe?|compagn(?:on|e)|frere|soeur|"
    r"fils|fille|oncle|tante|grand[- ]?pere|grand[- ]?mere|papi|papy|mamie|beau[- ]?pere|"
    r"belle[- ]?mere|voisine?|amie?|proche)"
)
_SAID = re.compile(
    rf"\bje suis (?:sa|son|la|le|un|une|l') ?(?:{_SOMEBODY}|aidante?)\b"
    rf"|\b(?:pour|chez) (?:mon|ma) {_SOMEBODY}\b"
)
_CALLED = rf"(?:(?:mon|ma) {_SOMEBODY}|papa|maman|papi|papy|mamie)"
_SUBJECT = re.compile(rf"\b{_CALLED}\b")
# The relative is ill, whatever who writes says of themselves: « papa a 39, je fais quoi ? ».
_ILL = re.compile(
    rf"\b{_CALLED} (?:a (?:3[6-9]|4[0-2]|de la fievre|du mal|mal|froid|tres mal|vomi)\b"
    r"|(?:est|s'est) (?:tombee?|opere|operee|blessee?|evanouie?)\b"
    r"|(?:ne (?:peut|sent|bouge|respire|repond)|n'arrive|saigne|tremble|vomit|souffre|delire)\b)"
)
# « Mon mari peut me conduire ? »: who writes is the patient.
_FIRST_PERSON = re.compile(r"\b(?:je|moi|me)\b|\b[jm]'|\bavec (?:mon|ma)\b|\b(?:venir|accompagn)")


def for_somebody(text: str) -> bool:
    """Return whether who writes `text` asks for somebody else. In doubt: no."""
    said = fold(text)
    if _SAID.search(said) or _ILL.search(said):
        return True
    return bool(_SUBJECT.search(said)) and not _FIRST_PERSON.search(said)
