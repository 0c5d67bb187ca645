"""The command ``python -m mortie``."""

import argparse
import sys

from mortie import demo


def main() -> int:
    """Parse the arguments and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m mortie", description="HEALPix decimal Morton indices."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="encode 1.2 million Antarctic-like points and check them")
    parser.parse_args()
    return demo.run()


if __name__ == "__main__":
    sys.exit(main())
