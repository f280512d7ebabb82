"""Read body temperatures in folded, spelled-out French.

"38,7", "38 5", "39°2", "38 et demi", "trente-neuf deux" are temperatures; "72 ans",
"39 euros", "chambre 39", "39 rue…" are not. A whole number without a decimal is one
only if a word of temperature is near it, or if it is the whole message.
"""

import re
from dataclasses import dataclass

FEVER_FROM = 38.0  # °C; sheet/policy.yml, fever_threshold

_TENS = {"trente": 30, "quarante": 40}
_UNITS = ["zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
_UNIT = "|".join(_UNITS[1:])
_SPOKEN = re.compile(
    rf"\b(trente|quarante)(?:[- ](?:et[- ])?({_UNIT})\b)?"
    rf"(?:[- ]?(?:virgule|point|degres?|et)?[- ]?(zero|demie?|{_UNIT})\b)?"
)
_WRITTEN = re.compile(
    r"(?<![\d,.])(3[4-9]|4[0-2])(?:\s?(?:[.,°]|virgule|point|degres?|et)\s?(demie?|\d)\b(?!\d)|\s(\d)\b(?!\s*\d)|(?!\s?[.,]\d\d|\d))"
)
# What follows or precedes a number that is no temperature.
_OTHER_UNIT = re.compile(
    r"\s*(?:ans?\b|annees?|euros?|€|e\b|kg|kilos?|kms?\b|kilometres?|m\b|cm|mm|metres?|min\b|minutes?|h\b|heures?"
    r"|jours?|semaines?|mois|rue\b|avenue|boulevard|cours\b|chemin|allee|impasse|bis|comprimes?|gouttes?|mg|ml|g\b|litres?|%|pour cent|fois|personnes?"
    r"|marches?|pas\b|places?|brebis|pages?|points|centimes|balles|a l'ombre|dehors|chambres?|lits?|en pantalon"
    r"|\.?\s*(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)"
    r"|/|\s?\d{2,}|[,.]\d{2}|[ae]nnee|dans la (?:piece|chambre|maison|voiture)|ds la (?:piece|chambre)|sous les tuiles)"
)
_OTHER_BEFORE = re.compile(
    r"(?:chambre|lit|box|bus|ligne|tram|rue|numero|n°|no|poste|porte|bat|batiment|apt|appartement|taille|pointure"
    r"|chausse (?:du|en)|fais du|fait du|en|le|du|nee?s? en|dans le|annee|age|dossier|page|etage|1 ?m|1m|taille|gt|a|vaut|coute|paye|paie|tension|chaudiere|chauffage|four|piece|exterieur|dehors|clim)\s*(?:est |sont )?(?:a |de |sur |le )?$"
)
_NEAR = re.compile(
    r"fievr|temperature|thermometre|degre|°|celsius|chaud|brulant|bouillant|frisson|front|aisselle|oreille|sous le bras"
    r"|\b(?:fais|fait|faisait|tourne|monte|grimpe|affiche|indique|marque|atteint|depasse|passe|trouve|ai|a|dit|reveille)\b[^.!?]{0,14}$"
)
_MEASURED = re.compile(
    r"fievr|temperature|thermometre|degre|°|celsius|sous le bras|oreille|dans le (?:cul|rectum)|doliprane|\b[tT]°?\b"
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
    if _OTHER_UNIT.match(after):
        return False
    words_around = re.findall(r"[a-z]{2,}", before + " " + after)
    if has_decimal:
        # "rdv 38 2"? A decimal in this range is a temperature unless it is counted.
        return not re.search(r"(?:euros?|€|taille|pointure|perdu|pese)\D{0,12}$", before)
    if _OTHER_BEFORE.search(before) and not _MEASURED.search(text):
        return False
    return len(words_around) <= 2 or bool(_NEAR.search(before) or _MEASURED.search(text))


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
