"""`make bench`: how fast Footnote is, each figure beside its yardstick of the same run."""
