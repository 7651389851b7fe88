"""What a question takes for granted, and the abstract that says otherwise."""
