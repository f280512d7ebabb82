"""Read whether a message speaks from before or from after the act. Free of Rasa."""

import re

from nlu.text import clip, spell

BEFORE, AFTER = "before", "after"

_ACT = r"(?:l'|mon |ma |le |la |son |sa |cette |ce |votre )?(?:acte|operation|intervention|examen|ciment\w*|geste|piqure|vertebroplastie|seance|passage|procedure)"
_COMING = r"(?:demain|apres-?demain|la semaine prochaine|le mois prochain|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|dans \w+ (?:jours?|semaines?))(?: prochaine?)?)"
_PAST = r"(?:hier|avant-?hier|ce matin|la semaine derniere|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) dernier|il y a \w+ (?:jours?|semaines?|heures?|mois))"

_AFTER = re.compile(
    rf"\b(?:apres|depuis|a la suite de|suite a|des le retour de) {_ACT}"
    r"|\bapres(?! demain|-demain)\s*[?!.]*$|\bune fois (?:rentre|chez|a la maison|sorti|fini|fait|cimente|que c'est fait)"
    r"|\b(?:suis|est|sommes|viens de|vient de|etait|a ete|ai ete|m'a|l'a|fut) (?:\w+ )?(?:rentre|sorti|revenu|sortir|rentrer|opere|cimente|fait le ciment|fait la piqure|ramene)\w*"
    rf"|\b(?:rentre|sorti|revenu|opere|cimente)e?s? (?:{_PAST}|depuis|ya|aujourd'hui|a la maison|chez moi)"
    rf"|\b(?:{_ACT}) (?:\w+ )?(?:{_PAST}|d'hier)|\b{_PAST} (?:\w+ ){{0,3}}(?:opere|cimente|rentre|sorti)"
    r"|\bj ?\+ ?\d|\b(?:retour|rentree?) (?:a la|de la|chez|du|d')|\bpost[- ]?op"
    r"|\bmaintenant que (?:c'est fait|j'ai eu)|\bdepuis (?:que|hier|mon retour|ma sortie|la sortie)"
)
_BEFORE = re.compile(
    rf"\bavant (?:de venir|{_ACT}|d'y aller|de passer|le jour)|\bla veille|\bpour me preparer|\bme preparer|\bavant\s*[?!.]*$"
    rf"|\b(?:{_ACT}|passe|opere|entre|rentre|viens?|vient|convoque\w*|rendez vous|hospitalise\w*) (?:\w+ ){{0,2}}(?:est |c'est |prevu\w* |pour )?{_COMING}"
    rf"|\b{_COMING} (?:matin |soir |apres-midi )?(?:\w+ ){{0,4}}(?:{_ACT}|on m'opere|opere|passe|convoque\w*)"
    rf"|\b{_COMING} (?:matin|a jeun|a \d)|\bpour (?:{_ACT} )?(?:de )?demain|^\s*{_COMING}\s*[.!?]*$"
    r"|\ble matin (?:meme|de l'|du |d'y|avant)|\bj ?- ?\d|\bvais (?:me faire|etre|subir|avoir) (?:opere|ciment|l'operation|le ciment|l'intervention)\w*"
    r"|\b(?:doit|dois) (?:me faire|se faire|etre|subir|avoir) (?:opere|ciment|l'operation|le ciment|l'intervention)\w*"
)


def read(message: str) -> str | None:
    """Return BEFORE or AFTER when `message` tells which, None when it tells neither.

    When both are told ("opéré hier, je mange quoi avant la douche ?") the past act
    wins: what was done is surer than what is planned.
    """
    text = spell(clip(message))
    if _AFTER.search(text):
        return AFTER
    if _BEFORE.search(text):
        return BEFORE
    return None
