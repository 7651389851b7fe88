"""Filters said in words: found in a question, asked of what is known of the papers."""
