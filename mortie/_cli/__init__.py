"""What stands behind the command ``mortie``; `mortie.__main__` calls it."""
