"""Make the tutorial's twin, a notebook with its pictures: ``python docs/notebook.py``.

It needs ``pip install 'mortie[dask,hdf5,plot,regions]' ipykernel nbclient``.
"""

import doctest
import re
import shutil
import tempfile
from pathlib import Path

DOCS = Path(__file__).parent
EXAMPLES = DOCS.parent / "examples"
NOTEBOOK = EXAMPLES / "tutorial.ipynb"
PAGES = "https://github.com/espg/mortie/blob/main/docs/"


def cells():
    """Yield the kind and the source of each cell."""
    page = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    # A role of Sphinx, which notebooks don't know; pictures, which the cells before draw.
    page = re.sub(r"\{py:\w+\}|^!\[.*\n", "", page, flags=re.M)
    page = re.sub(r"\]\((\w+\.md)\)", rf"]({PAGES}\1)", page)
    for part in re.split(r"^(```\w+\n.*?^```)$", page, flags=re.M | re.S):
        code = re.fullmatch(r"```(\w+)\n(.*)```", part, re.S)
        if code and code[1] == "sh":
            # The notebook lies beside the program. (After a "!" there would be bars of progress.)
            yield "code", "%%sh\n" + code[2].strip().replace("examples/", "")
        elif code:
            examples = doctest.DocTestParser().get_examples(code[2])
            yield "code", "".join(example.source for example in examples).strip()
        elif part.strip():
            yield "markdown", part.strip()


def main():
    import nbclient
    import nbformat

    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    for number, (kind, source) in enumerate(cells()):
        new = getattr(nbformat.v4, f"new_{kind}_cell")
        notebook.cells.append(new(source, id=f"cell-{number}"))  # else ids are random
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(EXAMPLES / "atl06.py", folder)
        nbclient.execute(notebook, cwd=folder, record_timing=False)
    notebook.metadata.pop("language_info", None)  # of the Python that ran
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    main()
