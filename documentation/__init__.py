"""What builds the site of the documentation, with MkDocs, from docs/ and from the docstrings."""
