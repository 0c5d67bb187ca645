"""What stands behind the command ``mortie``; `mortie.__main__` calls it."""

import os

# Batches of the same few sizes come and go: malloc keeps their pages, where pyarrow's own allocator
# gives them back to the system each time, which takes a sixth of the command's time.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
