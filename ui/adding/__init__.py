"""Adding papers from the page: what was pasted, dropped or named, seen before it is added."""
