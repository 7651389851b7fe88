"""What a sentence does in an abstract: problem, proposal, method, evidence, finding or limit.

Owns the cue phrases and the places of each role; knows nothing about questions. The roles are
those of argumentative zoning (Teufel and Moens 2002, "Summarizing Scientific Articles") and
of CSAbstruct (Cohan et al. 2019), told by cue words and place as in Edmundson (1969, "New
Methods in Automatic Extracting"). No model is trained: a role's score is the sum of the cues
that are there and of how often the role is found at that place.
"""

from __future__ import annotations

from rag.comparison.cues import CUES
from rag.comparison.cues import Role as Role

# (centre, width, height): where in an abstract a role is mostly found, 0 its beginning.
PLACES = {
    Role.PROBLEM: (0.0, 0.15, 1.4),
    Role.PROPOSAL: (0.35, 0.22, 0.6),
    Role.METHOD: (0.4, 0.25, 0.9),
    Role.EVIDENCE: (0.55, 0.3, 0.3),
    Role.FINDING: (0.95, 0.4, 1.3),
    Role.LIMIT: (0.85, 0.3, 0.1),
}
MOST_FROM_CUES = 2.4


def find_role(sentence: str, place: float) -> Role:
    """The role of a sentence that stands at `place` of its abstract: 0 the first, 1 the last."""
    scores = score_roles(sentence, place)
    return max(scores, key=lambda role: scores[role])


def score_roles(sentence: str, place: float) -> dict[Role, float]:
    """How well each role fits, from 0 to about 3.7; what counts is which is largest."""
    text = sentence[:600]
    return {role: score_cues(text, role) + _score_place(role, place) for role in Role}


def score_cues(sentence: str, role: Role) -> float:
    """What the cue phrases alone say for a role, 0 to 2.4."""
    return min(MOST_FROM_CUES, sum(weight for weight, cue in CUES[role] if cue.search(sentence)))


def _score_place(role: Role, place: float) -> float:
    centre, width, height = PLACES[role]
    distance = (place - centre) / width
    return float(height * 2.718281828 ** (-0.5 * distance * distance))
