"""A stand-in for `rasa train`: on PYTHONPATH, it makes that one command copy a trained model."""

import os
import shutil
import sys
from pathlib import Path

_ASKED = ["-m", "cimento.ops.lean", "train", "--skip-validation", "--out"]

if sys.orig_argv[1:6] == _ASKED:
    out, option, name = sys.orig_argv[6:]
    assert option == "--fixed-model-name"
    shutil.copy(os.environ["TRAINED_MODEL"], Path(out) / f"{name}.tar.gz")
    print("A stand-in has trained.", flush=True)
    os._exit(0)
