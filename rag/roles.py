"""What a sentence does in an abstract: problem, proposal, method, evidence, finding or limit.

Owns the cue phrases and the places of each role; knows nothing about questions. The roles are
those of argumentative zoning (Teufel and Moens 2002, "Summarizing Scientific Articles") and
of CSAbstruct (Cohan et al. 2019), told by cue words and place as in Edmundson (1969, "New
Methods in Automatic Extracting"). No model is trained: a role's score is the sum of the cues
that are there and of how often the role is found at that place.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Role(StrEnum):
    """What a sentence of an abstract is there for."""

    PROBLEM = "problem"
    PROPOSAL = "proposal"
    METHOD = "method"
    EVIDENCE = "evidence"
    FINDING = "finding"
    LIMIT = "limit"


def _compile(*cues: tuple[float, str]) -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((weight, re.compile(cue, re.IGNORECASE)) for weight, cue in cues)


WE = (
    r"\b(?:we|i|the\s+authors?|authors)\s+(?:\w+ly\s+|also\s+|then\s+|first\s+|further\s+|here\s+)?"
)
HERE = (
    r"(?:this|the\s+present|our|the)\s+(?:paper|work|study|article|survey|report|research|review)"
)
CUES = {
    Role.PROBLEM: _compile(
        (
            1.0,
            r"\b(?:remains?|is|are)\s+(?:still\s+)?(?:largely\s+|often\s+|poorly\s+|an?\s+|not\s+(?:well\s+)?)?"
            r"(?:unclear|unknown|understood|unexplored|underexplored|elusive|open\b|challenging|difficult|hard\s+to"
            r"|controversial|debated|limited\s+evidence)",
        ),
        (
            0.9,
            r"\b(?:little|less|not\s+much)\s+is\s+known|\black(?:s|ing)?\s+(?:of|a|an)\b|\bhas\s+not\s+been\b"
            r"|\bhave\s+not\s+been\b|\brarely\b|\bpoorly\s+understood\b",
        ),
        (
            0.7,
            r"\b(?:existing|current|previous|prior|conventional|most|traditional|recent|many)\s+(?:\w+\s+){0,3}?"
            r"(?:methods?|approaches|works?|techniques|studies|models|algorithms|research|efforts?|literature)\b",
        ),
        (0.5, r"\b(?:challenges?|problems?|issues?|concerns?|obstacle|bottleneck|question)\b"),
        (0.5, r"\b(?:suffers?|struggles?|fails?|neglects?|overlooks?|ignores?|hinders?|limits)\b"),
        (0.4, r"^(?:however|yet|but|unfortunately|although|while|despite|nevertheless)\b"),
        (
            0.5,
            r"\b(?:is|are|has|have)\s+(?:a\s+|an\s+|been\s+|become\s+|widely\s+|increasingly\s+|well\s+)*"
            r"(?:important|essential|crucial|critical|common\w*|popular|used|central|major|leading|associated|known"
            r"|considered|shown|thought|believed|powerful|successful|widespread|desirable|vital|fundamental)\b",
        ),
        (0.5, r"\b(?:can|may|might|could|must|should|often|usually|typically|generally)\b"),
        (
            0.7,
            r"\b(?:to\s+(?:determine|assess|evaluate|investigate|examine|test|compare|study)\s+(?:whether|the|if)"
            r"|aims?\s+(?:of|to|was)|objective|purpose\s+of)\b",
        ),
    ),
    Role.PROPOSAL: _compile(
        (
            1.6,
            WE
            + r"(?:therefore\s+)?(?:propos|introduc|present|develop|design|construct|releas|creat|formali[sz]|devis"
            r"|contribut|describ|suggest\s+(?:a|an)\b|offer|advocat|outlin|put\s+forward)\w*",
        ),
        (
            1.5,
            HERE
            + r"\s+(?:\w+ly\s+)?(?:propos|introduc|present|develop|investigat|stud|examin|explor|argu|describ"
            r"|address|tackl|review|offer|survey|put|asks?)\w*",
        ),
        (1.2, r"\b(?:is|are)\s+(?:proposed|introduced|presented|put\s+forward|suggested)\b"),
        (
            0.8,
            r"\b(?:novel|new|first)\s+(?:\w+[\s-]+){0,3}?(?:method|approach|framework|model|algorithm|benchmark|dataset"
            r"|data\s+set|technique|paradigm|architecture|loss|measure|metric|theory|pipeline|strategy|system)\b",
        ),
        (0.8, r"\b(?:called|named|termed|dubbed|coined|namely|is\s+(?:a|an)\s+\w+)\b"),
        (
            0.7,
            r"\bto\s+(?:address|tackle|overcome|solve|remedy|fill|close|bridge|mitigate|alleviate|this\s+end)\b",
        ),
        (
            0.6,
            r"\bour\s+(?:key\s+|main\s+|core\s+|central\s+)?(?:idea|goal|aim|approach|method|framework|proposal"
            r"|contribution)\b",
        ),
        (0.7, r"\b\w+\s+(?:addresses|tackles|overcomes|remedies|closes)\b"),
    ),
    Role.METHOD: _compile(
        (
            0.9,
            r"\b(?:specifically|concretely|in\s+particular|to\s+be\s+specific|first(?:ly)?,|second(?:ly)?,|then,)",
        ),
        (
            0.8,
            r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|then\s+|also\s+|first\s+)?(?:trained|fine-tuned|finetuned"
            r"|computed|obtained|combined|encoded|transformed|formulated|extended|optimi[sz]ed|estimated|derived|learned"
            r"|generated|applied|used|measured|collected|randomi[sz]ed|randomly|assigned|included|performed"
            r"|recruited|analy[sz]ed|assessed|selected|searched|extracted|calculated|treated|injected|built|defined"
            r"|adapted|updated|averaged|split|sampled|divided|conducted|carried\s+out|enrolled|identified|followed)\b",
        ),
        (
            0.8,
            WE
            + r"(?:use|employ|adopt|train|appl|leverag|combin|formulat|optimi[sz]|comput|measur|estimat|exploit|utili[sz]"
            r"|integrat|incorporat|regulari[sz]|extend|adapt|build|deriv|searched|collected|included|performed|randomly"
            r"|randomi[sz]ed|recruit|us(?:e|ed|ing))\w*",
        ),
        (0.7, r"\b(?:by|via|through)\s+\w+ing\b"),
        (
            0.5,
            r"\b(?:using|based\s+on|consists?\s+of|composed\s+of|relies\s+on|rests\s+on|relying\s+on|works\s+by|uses|takes"
            r"|combines|learns|employs|adopts|instead\s+of|with\s+the\s+help\s+of)\b",
        ),
        (
            0.4,
            r"\b(?:module|encoder|decoder|loss|objective|step|stage|phase|layer|algorithm|procedure|protocol|prompt)s?\b",
        ),
    ),
    Role.EVIDENCE: _compile(
        (
            1.0,
            r"\bexperiments?\s+(?:\w+\s+){0,3}?(?:on|with|across|in|over|using|cover|span)\b"
            r"|\b(?:evaluat|benchmark|test|validat|assess|compar|verif)\w*\s+(?:\w+\s+){0,5}?(?:on|across|against|over|in)\b",
        ),
        (
            0.9,
            r"\b\d[\d,'.]*\s+(?:\w+[\s-]+){0,3}?(?:models?|tasks?|datasets?|data\s+sets?|benchmarks?|languages?|domains?"
            r"|participants?|patients?|subjects?|women|men|children|adults|examples|images|architectures|problems"
            r"|trials?|studies|hospitals?|centres?|centers?|mice|samples|baselines|methods|splits)\b",
        ),
        (
            0.9,
            WE
            + r"(?:evaluat|test|conduct|benchmark|examin|investigat|analy[sz]e|assess|validat|experiment|verif|compar"
            r"|perform|run|ran|carry|stud(?:y|ies|ied))\w*",
        ),
        (
            0.6,
            r"\b(?:extensive|comprehensive|empirical|large-scale|thorough|controlled|numerical|real-world)\s+(?:\w+\s+)?"
            r"(?:experiments?|evaluations?|stud(?:y|ies)|analys[ei]s|validation|datasets)\b",
        ),
        (
            0.6,
            r"\b(?:on|across|over|including|such\s+as|as\s+well\s+as|e\.g\.,?)\s+(?:\w+\s+){0,3}?(?-i:[A-Z])[\w-]*(?:,\s+|\s+and\s+)"
            r"(?-i:[A-Z])[\w-]*",
        ),
        (
            0.6,
            r"\b(?:cohort|randomi[sz]ed|double-blind|trial|population-based|cross-sectional|case-control|meta-analys\w+"
            r"|participants?|patients\s+(?:with|aged|who)|setting)\b",
        ),
    ),
    Role.FINDING: _compile(
        (
            1.3,
            WE
            + r"(?:show|find|found|prove|demonstrat|observ|establish|reveal|discover|conclud|identif|see|saw|argue"
            r"|uncover|confirm|notic|report|achiev|obtain)\w*",
        ),
        (
            1.3,
            r"\b(?:results?|findings?|experiments?|analys[ei]s|evidence|evaluations?|simulations?|data|study|studies|tests?"
            r"|work|comparisons?|observations?|theory)\s+(?:\w+ly\s+|also\s+|further\s+)?(?:show|suggest|indicat|reveal"
            r"|demonstrat|confirm|support|prov(?:e|es|ed)\b|imply|point)\w*",
        ),
        (
            0.9,
            r"\boutperform\w*|\bstate-of-the-art\b|\bsurpass\w*|\b(?:significant|substantial|consistent|marked)(?:ly)?\s+"
            r"(?:\w+\s+)?(?:improv|reduc|increas|better|higher|lower|decreas|greater|enhanc|boost|associat|differen)\w*",
        ),
        (
            0.7,
            r"\b(?:improv|reduc|increas|decreas|enhanc|boost|degrad|exceed|rais|climb|drop|lower|cut|rose|fell)(?:e|es|ed|s|ing)?\b",
        ),
        (
            0.6,
            r"\d(?:[\d.,]*)\s?(?:%|percent|points?|x\b|times|fold)|\bp\s*[<=>]\s*0?\.\d|\b95%\s*CI|\bconfidence\s+interval"
            r"|\b(?:odds|hazard|risk)\s+ratio",
        ),
        (
            0.7,
            r"\b(?:surprisingly|notably|interestingly|remarkably|strikingly|importantly|crucially|in\s+conclusion"
            r"|conclude|overall,|taken\s+together|these\s+results|these\s+findings|thus,|therefore,)",
        ),
        (
            0.6,
            r"\b(?:better|worse|higher|lower|larger|greater|more|less|fewer|faster|stronger)\b[^.]{0,60}\bthan\b",
        ),
        (
            0.5,
            r"\b(?:leads?\s+to|results?\s+in|causes?|explains?|due\s+to|because|depends?\s+on|correlat\w+|associated\s+with"
            r"|turns?\s+out|the\s+upshot|found\s+to)\b",
        ),
    ),
    Role.LIMIT: _compile(
        (
            1.6,
            r"\b(?:limitations?|drawbacks?|shortcomings?|caveats?|weakness(?:es)?)\b",
        ),
        (
            1.2,
            r"\b(?:however|but|though|although|yet|nevertheless|still|only)\b[^.]{0,120}\b(?:not|fails?|failed|cannot|unable"
            r"|fragile|limited|worse|drops?|degrad\w+|struggl\w+|unstable|remain\w*|vary|varies|insufficient|expensive)\b",
        ),
        (
            1.0,
            r"\b(?:fails?\s+(?:to|on|at|in|when)|failed\s+to|cannot|can\s+not|unable\s+to|struggl\w+|breaks?\s+down|collaps\w+"
            r"|fragile|brittle|insufficient|not\s+(?:enough|sufficient|robust|reliable|significant|always|uniform))\b",
        ),
        (
            0.9,
            r"\b(?:more|further|future)\s+(?:work|research|stud(?:y|ies)|investigation)\b[^.]{0,60}\b(?:need|requir|necessar"
            r"|warrant|remain|left|direction)\w*|\bneed(?:ed|s)?\s+(?:for\s+)?(?:more|further|future)\b",
        ),
        (
            0.8,
            r"\bat\s+(?:the|a)\s+(?:\w+\s+)?(?:cost|expense|price)\b|\bcomes?\s+(?:at|with)\b|\bsensitive\s+to\b|\bcome\s+off\s+worse",
        ),
        (
            0.6,
            r"\b(?:only\s+(?:when|if|for|in|a|on|partially|partly)|limited\s+to|restricted\s+to|does\s+not|do\s+not|did\s+not"
            r"|no\s+longer|remains?\s+(?:a\s+|an\s+)?(?:challeng\w+|open|difficult|unclear|hard))\b",
        ),
    ),
}
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
