"""Who may do what. A role is what the hospital gives somebody; a permission is what a page asks."""

from enum import Enum


class Permission(str, Enum):
    """What a page or an action needs."""

    SEE = "see"  # alerts, patients and their words; the end of numbers alone
    NUMBERS = "numbers"  # whole numbers
    CARE = "care"  # take, hand over, close, reopen alerts; change a follow-up
    ENROL = "enrol"
    IMPORT = "import"  # many at once, from a file
    FIGURES = "figures"  # counts, which name nobody
    TRAIL = "trail"  # who did what


class Role(str, Enum):
    """What somebody is here. The administrator keeps the machine, and sees no patient."""

    READER = "reader"
    NURSE = "nurse"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


_SEES = frozenset({Permission.SEE, Permission.FIGURES})
_CARES = _SEES | {Permission.NUMBERS, Permission.CARE, Permission.ENROL}
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.READER: _SEES,
    Role.NURSE: _CARES,
    Role.COORDINATOR: _CARES | {Permission.IMPORT},
    Role.ADMINISTRATOR: frozenset({Permission.FIGURES, Permission.TRAIL}),
}
FRENCH = {
    Role.READER: "lecture seule",
    Role.NURSE: "infirmier, infirmière",
    Role.COORDINATOR: "coordination",
    Role.ADMINISTRATOR: "administration",
}
