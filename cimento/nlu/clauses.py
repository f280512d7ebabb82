"""Find a second question in a message: "je peux conduire quand et faut rester couché ?".

A message is cut in two at every place where a question could start; the classifier
then says whether both halves ask something, and something different. A half must look
like a question: on messages that ask one thing, this divides the false cuts by three
(docs/understanding.md). The part-of-speech tags and the sentence finder of the spaCy
model were tried to guard the cuts and lost more than they saved.
"""

import re

_JOINT = re.compile(
    r"[?!.;,\n…]+"
    r"|\b(?:et puis|et aussi|et sinon|mais|sinon|et|é|puis|plus|virgule|ou bien|au fait)\b"
    r"|\+"
)
_MIN_CHARACTERS = 4
# Question words, verbs that ask leave or duty, and the nouns of a bare question
# ("prix et risques", "à jeun ? Eliquis stop ?").
_ASKS = re.compile(
    r"\?|\b(?:qui|que|quoi|quand?|comment|combien|cmb|pourquoi|quel\w*|lequel|est[- ]ce|savoir"
    r"|peux|peut|peu|puis|pourr\w+|faut|faudra|dois|doit|devr\w+|ai[- ]je|serai\w*|t[- ](?:ils?|elle|on)"
    r"|droit|possible|seule?|quelqu'un|jusqu\w*|obligatoire|normal"
    r"|prix|cout\w*|rembo\w*|risqu\w+|danger\w*|taux|chances?|duree|type|precautions?|numero|papiers?"
    r"|jeun|mange\w*|conduire?|porter|reprendre|apport\w+|amene\w*|stop|arret\w*|perf\w*|dormir|endor\w+|anesthesie)\b"
)

# "Le soir, ou le matin ?" is one question with two answers.
_OTHER_CHOICE = re.compile(r"ou\b")


def _asking(half: str) -> str:
    return half if _ASKS.search(half) else ""


def halves(text: str) -> list[tuple[str, str]]:
    """Return each way of cutting `text` in two at a joint, from left to right.

    A half that asks nothing is returned empty: the classifier is sure of nothing on it.
    Cuts where neither half asks are left out.
    """
    cuts = []
    for joint in _JOINT.finditer(text):
        left, right = text[: joint.start()].strip(), text[joint.end() :].strip()
        if min(len(left), len(right)) >= _MIN_CHARACTERS and not _OTHER_CHOICE.match(right):
            # The mark that ends the left half belongs to it: "à jeun ? Eliquis ?".
            asked = "?" in joint[0]
            cuts.append((left if asked else _asking(left), _asking(right)))
    return [cut for cut in cuts if any(cut)]
