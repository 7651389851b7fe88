"""Comparisons: their sides, the evidence of each, the table and the words before it."""
