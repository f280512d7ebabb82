"""Find a second question in a message: "je peux conduire quand et faut rester couché ?".

A message is cut in two at every place where a question could start; the classifier
then says whether both halves ask something, and something different. Measured on
lines written for it (docs/understanding.md): cutting at joints finds three times out
of four both questions; the part-of-speech tags and the sentence finder of the spaCy
model were tried to guard the cuts and lost more than they saved.
"""

import re

_JOINT = re.compile(
    r"[?!.;,\n…]+"
    r"|\b(?:et puis|et aussi|et sinon|mais|sinon|et|é|puis|plus|virgule|ou bien|au fait)\b"
    r"|\+"
)
_MIN_CHARACTERS = 4


def halves(text: str) -> list[tuple[str, str]]:
    """Return each way of cutting `text` in two at a joint, from left to right."""
    cuts = []
    for joint in _JOINT.finditer(text):
        left, right = text[: joint.start()].strip(), text[joint.end() :].strip()
        if min(len(left), len(right)) >= _MIN_CHARACTERS:
            cuts.append((left, right))
    return cuts
