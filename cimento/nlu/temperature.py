"""Read body temperatures in folded, spelled-out French.

"38,7", "38 5", "39°2", "38 et demi", "trente-neuf deux" are temperatures; "72 ans",
"39 euros", "chambre 39", "39 rue…" are not. A whole number without a decimal is one
only if a word of temperature is near it, or if the message says nothing else.
"""

import re
from dataclasses import dataclass

FEVER_FROM = 38.0  # °C; sheet/policy.yml, fever_threshold

_TENS = {"trente": 30, "quarante": 40}
_UNITS = ["zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
_UNIT = "|".join(_UNITS[1:])
_SPOKEN = re.compile(
    rf"\b(trente|quarante)(?:[- ](?:et[- ])?({_UNIT})\b)?"
    rf"(?:[- ]?(?:virgule|point|degres?|et)?[- ]?(zero|demie?|{_UNIT})\b(?! (?:jours?|mois|ans|fois|soirs?|matins?)))?"
)
_WRITTEN = re.compile(
    r"(?<![\d,.])(3[4-9]|4[0-2])(?:"
    r"\s?(?:[.,;:'°]|virgule|point|degres?|et|e)\s?(demie?|\d)\b(?!\s?\d)(?! (?:jours?|mois|ans|fois|nuits?|soirs?))"
    r"|\s(\d)\b(?!\s*\d)(?! (?:jours?|mois|ans|fois|nuits?|soirs?|sur|heures?|h)\b)"
    r"|(?!\s?[.,]\d\d|\d))"
)
# What follows a number that is no temperature…
_OTHER_UNIT = re.compile(
    r"e\b|\s*(?:ans?\b|annees?|euros?|€|balles|centimes|kg|kilos?|kms?\b|bornes?\b|kilometres?|m\b|cm|mm|metres?"
    r"|min\b|minutes?|h\b|heures?|jours?|semaines?|mois|rue\b|avenue|boulevard|cours\b|chemin|allee|impasse|bis\b"
    r"|comprimes?|gouttes?|mg|ml|cl\b|g\b|litres?|%|pour cents?|fois|personnes?|pers\b|marches?|pas\b|places?|brebis|vaches"
    r"|pages?|points|chambres?|lits?|en pantalon|cv\b|hectares?|ha\b|pieds|rangs|bouteilles|eleves|dossiers"
    r"|\.?\s*(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
    r"|/|\s?\d{2,}|[,.]\d{2}|[ae]nnee)"
)
# …and what precedes it, another number of the same kind between them or not.
_OTHER_BEFORE = re.compile(
    r"(?:chambre|lit|box|bus|ligne|tram|rue|numero|n°|no|poste|porte|bat|batiment|apt|appartement|taille|pointure"
    r"|chausse (?:du|en)|fais du|fait du|le|du|nee?s? en|dans le|annee|age|dossier|page|etage|departement|pneu|canal"
    r"|\d ?m|\d ?metres?|\d ?h|gt|vaut|coute|paye|paie|tension|crp|clim|piece|exterieur|dehors)"
    r"\s*(?:est |sont )?(?:a |de |sur |le )?(?:[1-9]\d (?:ou|et|a) )?$"
)
# "Jamais 38", "pas de 38": a limit that was not reached.
_NOT_REACHED = re.compile(
    r"(?<!si )\b(?:jamais|pas de|pas eu|ni|sans)\s*(?:plus de |depasse |eu |les )?$"
)
_NEAR = re.compile(
    r"fievr|temperature|thermom|degre|°|celsius|chaud|brulant|bouillant|frisson|front|aisselle|oreille|sous le bras"
    r"|\b(?:fais|fait|faisait|tourne|monte|grimpe|affiche|indique|marque|atteint|depasse|passe|trouve|ai|avoir|aurai[st]?"
    r"|dit|reveille|toujours|tjs|stable|presque|si"
    r"|(?:il|elle|mari|femme|maman|papa|mere|pere|mamie|papi|papy|monsieur|madame|patiente?) (?:a|est a|avait))\b[^.!?]{0,14}$"
)
_MEASURED = re.compile(
    r"fievr|temperature|thermom|degre|°|celsius|sous le bras|aisselle|oreille|sous la lang|dans le (?:cul|rectum)"
    r"|doliprane|\bt°?\b|\bfront\b"
)
# A decimal in this range is a temperature unless something else is counted.
_COUNTED_BEFORE = re.compile(
    r"(?:euros?|€|taille|pointure|perdu|pese|poids|mesure|coute|crp|gt|hemoglobine|tour de \w+)\D{0,12}$|\d ?(?:m|metres?|h)\s?$"
)
# All the words of a message that gives its temperature and nothing else.
_BARE_WORDS = set(
    "oui non ok alors et ai a ont fait fais elle il on moi je papa maman mari femme pere mere mamie papi papy monsieur madame"
    " ce matin soir midi nuit cette hier aujourd hui maintenant la tout tiens presque environ passe encore toujours depuis"
    " tout rond pile bonjour bonsoir merci docteur voila que faire quoi grave normal svp un le au reveil".split()
)
_CAME_DOWN = re.compile(
    r"redescend|retomb|descendu|tombee? a|fausse alerte|a l'envers|on a refait|rentre dans l'ordre|depuis (?:hier|mardi|lundi|\w+di) "
)
_BY_DRUG = re.compile(
    r"doliprane|dafalgan|efferalgan|paracetamol|ibuprofene|aspirine|advil|medicament|remont"
)


@dataclass(frozen=True)
class Reading:
    """A temperature in °C and where it stands (character offsets in the text read)."""

    celsius: float
    start: int
    end: int

    @property
    def is_fever(self) -> bool:
        """Whether the reading reaches the fever threshold of the policy file."""
        return self.celsius >= FEVER_FROM


def _decimal(word: str | None) -> float:
    if not word:
        return 0.0
    if word.startswith("demi"):
        return 0.5
    return (int(word) if word.isdigit() else _UNITS.index(word)) / 10


def _is_temperature(text: str, start: int, end: int, has_decimal: bool) -> bool:
    before, after = text[:start], text[end:]
    if _OTHER_UNIT.match(after) or _NOT_REACHED.search(before):
        return False
    if has_decimal:
        return not _COUNTED_BEFORE.search(before)
    if _OTHER_BEFORE.search(before) and not _MEASURED.search(text):
        return False
    words_around = re.findall(r"[a-z]{2,}", before + " " + after)
    if _MEASURED.search(text) or _NEAR.search(before):
        return True
    return len(words_around) <= 6 and set(words_around) <= _BARE_WORDS


def readings(text: str) -> list[Reading]:
    """Return the temperatures of `text` (already folded and spelled out), in order."""
    found = []
    for match in _WRITTEN.finditer(text):
        decimal = match[2] or match[3]
        if _is_temperature(text, match.start(), match.end(), decimal is not None):
            celsius = int(match[1]) + _decimal(decimal)
            found.append(Reading(celsius, match.start(), match.end()))
    for match in _SPOKEN.finditer(text):
        celsius = _TENS[match[1]] + 10 * _decimal(match[2]) + _decimal(match[3])
        in_range = 34 <= celsius < 43
        if in_range and _is_temperature(text, match.start(), match.end(), match[3] is not None):
            found.append(Reading(round(celsius, 1), match.start(), match.end()))
    return sorted(found, key=lambda reading: reading.start)


def came_down(text: str, measured: list[Reading]) -> bool:
    """Return whether the last of `measured` tells the end of a fever.

    A fever that a drug brought down is not over.
    """
    if len(measured) < 2 or measured[-1].is_fever or _BY_DRUG.search(text):
        return False
    return bool(_CAME_DOWN.search(text))
