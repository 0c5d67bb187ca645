#!/usr/bin/env python3
"""Fail if a library defines weak functions, which the linker may take for those of other files."""

import subprocess
import sys

nm, library = sys.argv[1:]
listed = subprocess.run([nm, "-C", library], check=True, capture_output=True, text=True).stdout
defined = [line.split(maxsplit=2) for line in listed.splitlines() if not line.startswith(" ")]
weak = [symbol for _, kind, symbol in (each for each in defined if len(each) == 3) if kind in "wW"]
sys.exit("\n".join(["weak:", *weak]) if weak else 0)
