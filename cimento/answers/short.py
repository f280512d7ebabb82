"""What is left of a wording when only its key words are wanted."""

import re

# A list belongs to the sentence that opens it; the mark of a step is none of its words.
_SENTENCE = re.compile(r"(?:\d\) )?(\S.*?(?:(?<=[.!?])\s+|$))", re.DOTALL)
EMERGENCY = re.compile(r"\b(?:15|112|114|3114)\b")


def sentences_of(text: str, key: str | None) -> str:
    """Return the sentences of `text` that hold `key`, the first one when it is not there.

    Key words may go on into the next sentence. Those with an emergency number stay.
    """
    key = key if key and key in text else ""
    first = text.find(key)
    last = first + len(key)
    kept = [
        sentence[1]
        for sentence in _SENTENCE.finditer(text)
        if (sentence.start() <= last and first < sentence.end()) or EMERGENCY.search(sentence[1])
    ]
    return "".join(kept).rstrip()
