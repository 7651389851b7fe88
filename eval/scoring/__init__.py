"""A row -> its scores by the measures that need no model server."""
