"""Read STOP and START in a message: pure recognition, nothing is stored here.

People write "STOP", "Arrêt.", "stop sms svp", "STOP j'ai 39 de fièvre", "ne m'envoyez plus
de messages". "Arrêt cardiaque", "quand arrêter l'aspirine ?" and "stop aux anticoagulants
quand ?" are no such wish.
"""

import re
from typing import Literal

from cimento.nlu.text import fold

Wish = Literal["stop", "start"]

_WORD = r"(?:stop|arret|arreter|arretez|unsubscribe|desinscription|desabonnement)"
_SMS = r"(?:sms|messages?|textos?)"
_FILLER = (
    rf"(?:(?:les|vos|ces|tous|tout|aux|au|le|de|des|{_SMS}|svp|stp|merci|bonjour|stop|arret"
    r"|s'il (?:vous|te) plait|maintenant|immediatement|non|oui|ok)\b)"
)
_ALONE = re.compile(rf"\W*(?:{_FILLER}\W+)*?{_WORD}(?:\W+{_FILLER})*\W*")
# "stop, j'ai de la fièvre", "STOP\nmerci pour tout", "stop sms j'ai mal"
_FIRST = re.compile(rf"\W*{_WORD}(?:\s*[.!,;:\n]|\s+-|\W+(?:les |vos )?{_SMS}\b)")
_SHOUTED = re.compile(r"\W*STOP\b\W*(?=.*[a-zà-ÿ])", re.DOTALL)
_SAID = re.compile(
    r"\bdesinscri|\bdesabonn"
    r"|\bm'(?:envoy|ecriv)\w+ (?:plus|pas) (?:de |rien|d')"
    r"|\bne m'(?:envoyez|ecrivez) plus\b"
    rf"|\bveux (?:plus|pas) (?:recevoir )?(?:de |vos |ces |d'autres |aucun ){_SMS}\b"
    r"|\barret(?:ez|er?) de m'(?:envoyer|ecrire)"
    rf"|\barret(?:ez|er?) (?:avec )?(?:les|vos|ces) {_SMS}\b"
)
_START = re.compile(
    rf"\W*(?:start|unstop|reprendre|reprise|reprenez)(?:\W+(?:les|vos|des|{_SMS}|svp|merci))*\W*"
)


def read(text: str) -> Wish | None:
    """Return what `text` wishes: no more SMS, SMS again, or neither (None)."""
    folded = fold(text.strip())
    if _START.fullmatch(folded):
        return "start"
    if _ALONE.fullmatch(folded) or _FIRST.match(folded) or _SAID.search(folded):
        return "stop"
    return "stop" if _SHOUTED.match(text) else None
