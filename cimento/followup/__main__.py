"""`python -m cimento.followup …`; see cli."""

import sys

from cimento.followup.cli import main

if __name__ == "__main__":
    sys.exit(main())
