"""Follow-ups: what a question refers to in the conversation before it, put into words."""
