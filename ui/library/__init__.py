"""The library's place: its papers listed, searched, filtered; one paper's own view."""
