"""How a command ends when it can't go on."""


class CommandError(Exception):
    """A message of one line for the user, in place of a traceback."""
