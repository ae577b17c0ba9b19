"""The rules of an expert's record: of single values, and of the numbers of documents."""
