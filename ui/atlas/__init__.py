"""The map of the papers: points that lie near each other are alike; and their time line."""
