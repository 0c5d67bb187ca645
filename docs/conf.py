"""Settings of Sphinx for the documentation."""

import re

import numpy as np

import mortie

project = "mortie"
author = "The mortie developers"
project_copyright = author
version = release = mortie.__version__

REPOSITORY = "https://github.com/espg/mortie/"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
nitpicky = True
# Inventories of other sites would make the build need the internet.
nitpick_ignore = [("py:obj", "numpy.ufunc")]

html_theme = "furo"
html_title = f"mortie {version}"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
}

default_role = "autolink"  # as in docstrings: a link where the name is known
myst_heading_anchors = 3
autodoc_mock_imports = [
    "astropy",
    "duckdb",
    "h5py",
    "healpy",
    "matplotlib",
    "mpl_toolkits",
    "polars",
    "pyarrow",
    "shapely",
    "vaex",
]  # their modules are only read
autodoc_typehints = "none"  # the docstrings give them
numpydoc_show_class_members = False


def name_arguments(app, what, name, obj, options, signature, annotation):
    """Show a ufunc's arguments by the names that its docstring gives, where NumPy has x1, x2."""
    if isinstance(obj, np.ufunc):
        arguments = re.search(rf"Call it as ``{obj.__name__}\((.*?)\)``", obj.__doc__).group(1)
        return f"({arguments}, /, out=None, *, where=True, **kwargs)", ""
    return None


def link_to_repository(app, path, parent, content):
    """Point the links of the pages that are kept elsewhere at the files in the repository."""
    links = r"(?<!!)(\[[^]]*\]\()(?!https?:)"
    content[0] = re.sub(links, rf"\1{REPOSITORY}blob/main/", content[0])


def setup(app):
    """Connect the two, the first before numpydoc's own at 500."""
    app.connect("autodoc-process-signature", name_arguments, priority=400)
    app.connect("include-read", link_to_repository)
