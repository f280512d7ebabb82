"""Where things are."""

from pathlib import Path

# The project's folder: Rasa's files, the sheet, the data, and var/, where all that is
# written at run time goes.
ROOT = Path(__file__).resolve().parents[2]
