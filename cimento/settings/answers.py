"""What may be said."""

from cimento.settings.concern import Concern, setting


class AnswerSettings(Concern):
    """Which answers may be served."""

    require_approved: bool = setting(
        False,
        "whether to refuse to start while the department has not approved every answer as it is "
        "(`sheet/approvals.yml`); by default the start only says so",
    )
