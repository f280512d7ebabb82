"""The demonstration of a follow-up."""

from cimento.settings.concern import Concern, setting


class DemoSettings(Concern):
    """Where it is shown, and how fast."""

    class Config:
        env_prefix = "CIMENTO_DEMO_"

    port: int = setting(5007, "port of the demonstration's page", ge=1, le=65535)
    pause: int = setting(8, "between two moments of the story", "seconds", ge=1)
