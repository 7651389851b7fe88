"""Dates known as far as they are known.

Owns their two written forms; knows nothing about papers.
"""

from __future__ import annotations

from dataclasses import dataclass

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known as far as it is known: any of year, month and day may be missing.

    Its text is ISO 8601 (`2025-06-26`, `2025-06`, `2025`); a day and month without a
    year is written `--03-02`, as in RFC 6350, section 4.3.1. A year is never invented.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        year = f"{self.year:04d}" if self.year is not None else "-"
        parts = [year, *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read back what `str` wrote. Raises ValueError for anything else."""
        if text.startswith("--"):
            month, day = text[2:].split("-")
            return cls(None, int(month), int(day))
        return cls(*(int(part) for part in text.split("-")))

    def in_words(self) -> str:
        """`26 Jun 2025`, `Jun 2025`, `2 Mar, year not stated`."""
        day = f"{self.day} " if self.day else ""
        month = MONTHS[self.month - 1] if self.month else ""
        if self.year is None:
            return f"{day}{month}, year not stated"
        return f"{day}{month} {self.year}".strip()
