"""The phrases by which a sentence of an abstract shows what it is there for.

Owns the roles and their cue phrases, each with what it counts; knows nothing about how a role
is found. The cues are in the tradition of Edmundson (1969) and of Teufel and Moens (2002),
and speak of papers in general: clinical and computational abstracts alike.
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
            r"\b(?:remains?|is|are)\s+(?:still\s+)?(?:largely\s+|often\s+|poorly\s+|an?\s+"
            r"|not\s+(?:well\s+)?)?"
            r"(?:unclear|unknown|understood|unexplored|underexplored|elusive|open\b"
            r"|challenging|difficult|hard\s+to"
            r"|controversial|debated|limited\s+evidence)",
        ),
        (
            0.9,
            r"\b(?:little|less|not\s+much)\s+is\s+known|\black(?:s|ing)?\s+(?:of|a|an)\b"
            r"|\bhas\s+not\s+been\b"
            r"|\bhave\s+not\s+been\b|\brarely\b|\bpoorly\s+understood\b",
        ),
        (
            0.7,
            r"\b(?:existing|current|previous|prior|conventional|most|traditional|recent"
            r"|many)\s+(?:\w+\s+){0,3}?"
            r"(?:methods?|approaches|works?|techniques|studies|models|algorithms|research"
            r"|efforts?|literature)\b",
        ),
        (0.5, r"\b(?:challenges?|problems?|issues?|concerns?|obstacle|bottleneck|question)\b"),
        (0.5, r"\b(?:suffers?|struggles?|fails?|neglects?|overlooks?|ignores?|hinders?|limits)\b"),
        (0.4, r"^(?:however|yet|but|unfortunately|although|while|despite|nevertheless)\b"),
        (
            0.5,
            r"\b(?:is|are|has|have)\s+(?:a\s+|an\s+|been\s+|become\s+|widely\s+"
            r"|increasingly\s+|well\s+)*"
            r"(?:important|essential|crucial|critical|common\w*|popular|used|central|major"
            r"|leading|associated|known"
            r"|considered|shown|thought|believed|powerful|successful|widespread|desirable"
            r"|vital|fundamental)\b",
        ),
        (0.5, r"\b(?:can|may|might|could|must|should|often|usually|typically|generally)\b"),
        (
            0.7,
            r"\b(?:to\s+(?:determine|assess|evaluate|investigate|examine|test|compare"
            r"|study)\s+(?:whether|the|if)"
            r"|aims?\s+(?:of|to|was)|objective|purpose\s+of)\b",
        ),
    ),
    Role.PROPOSAL: _compile(
        (
            1.6,
            WE + r"(?:therefore\s+)?(?:propos|introduc|present|develop|design|construct|releas"
            r"|creat|formali[sz]|devis"
            r"|contribut|describ|suggest\s+(?:a|an)\b|offer|advocat|outlin|put\s+forward)\w*",
        ),
        (
            1.5,
            HERE + r"\s+(?:\w+ly\s+)?(?:propos|introduc|present|develop|investigat|stud|examin"
            r"|explor|argu|describ"
            r"|address|tackl|review|offer|survey|put|asks?)\w*",
        ),
        (1.2, r"\b(?:is|are)\s+(?:proposed|introduced|presented|put\s+forward|suggested)\b"),
        (
            0.8,
            r"\b(?:novel|new|first)\s+(?:\w+[\s-]+){0,3}?(?:method|approach|framework|model"
            r"|algorithm|benchmark|dataset"
            r"|data\s+set|technique|paradigm|architecture|loss|measure|metric|theory|pipeline"
            r"|strategy|system)\b",
        ),
        (0.8, r"\b(?:called|named|termed|dubbed|coined|namely|is\s+(?:a|an)\s+\w+)\b"),
        (
            0.7,
            r"\bto\s+(?:address|tackle|overcome|solve|remedy|fill|close|bridge|mitigate"
            r"|alleviate|this\s+end)\b",
        ),
        (
            0.6,
            r"\bour\s+(?:key\s+|main\s+|core\s+|central\s+)?(?:idea|goal|aim|approach|method"
            r"|framework|proposal"
            r"|contribution)\b",
        ),
        (0.7, r"\b\w+\s+(?:addresses|tackles|overcomes|remedies|closes)\b"),
    ),
    Role.METHOD: _compile(
        (
            0.9,
            r"\b(?:specifically|concretely|in\s+particular|to\s+be\s+specific|first(?:ly)?,"
            r"|second(?:ly)?,|then,)",
        ),
        (
            0.8,
            r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|then\s+|also\s+"
            r"|first\s+)?(?:trained|fine-tuned|finetuned"
            r"|computed|obtained|combined|encoded|transformed|formulated|extended|optimi[sz]ed"
            r"|estimated|derived|learned"
            r"|generated|applied|used|measured|collected|randomi[sz]ed|randomly|assigned"
            r"|included|performed"
            r"|recruited|analy[sz]ed|assessed|selected|searched|extracted|calculated|treated"
            r"|injected|built|defined"
            r"|adapted|updated|averaged|split|sampled|divided|conducted|carried\s+out|enrolled"
            r"|identified|followed)\b",
        ),
        (
            0.8,
            WE + r"(?:use|employ|adopt|train|appl|leverag|combin|formulat|optimi[sz]|comput"
            r"|measur|estimat|exploit|utili[sz]"
            r"|integrat|incorporat|regulari[sz]|extend|adapt|build|deriv|searched|collected"
            r"|included|performed|randomly"
            r"|randomi[sz]ed|recruit|us(?:e|ed|ing))\w*",
        ),
        (0.7, r"\b(?:by|via|through)\s+\w+ing\b"),
        (
            0.5,
            r"\b(?:using|based\s+on|consists?\s+of|composed\s+of|relies\s+on|rests\s+on"
            r"|relying\s+on|works\s+by|uses|takes"
            r"|combines|learns|employs|adopts|instead\s+of|with\s+the\s+help\s+of)\b",
        ),
        (
            0.4,
            r"\b(?:module|encoder|decoder|loss|objective|step|stage|phase|layer|algorithm"
            r"|procedure|protocol|prompt)s?\b",
        ),
    ),
    Role.EVIDENCE: _compile(
        (
            1.0,
            r"\bexperiments?\s+(?:\w+\s+){0,3}?(?:on|with|across|in|over|using|cover|span)\b"
            r"|\b(?:evaluat|benchmark|test|validat|assess|compar"
            r"|verif)\w*\s+(?:\w+\s+){0,5}?(?:on|across|against|over|in)\b",
        ),
        (
            0.9,
            r"\b\d[\d,'.]*\s+(?:\w+[\s-]+){0,3}?(?:models?|tasks?|datasets?|data\s+sets?"
            r"|benchmarks?|languages?|domains?"
            r"|participants?|patients?|subjects?|women|men|children|adults|examples|images"
            r"|architectures|problems"
            r"|trials?|studies|hospitals?|centres?|centers?|mice|samples|baselines|methods"
            r"|splits)\b",
        ),
        (
            0.9,
            WE + r"(?:evaluat|test|conduct|benchmark|examin|investigat|analy[sz]e|assess|validat"
            r"|experiment|verif|compar"
            r"|perform|run|ran|carry|stud(?:y|ies|ied))\w*",
        ),
        (
            0.6,
            r"\b(?:extensive|comprehensive|empirical|large-scale|thorough|controlled|numerical"
            r"|real-world)\s+(?:\w+\s+)?"
            r"(?:experiments?|evaluations?|stud(?:y|ies)|analys[ei]s|validation|datasets)\b",
        ),
        (
            0.6,
            r"\b(?:on|across|over|including|such\s+as|as\s+well\s+as"
            r"|e\.g\.,?)\s+(?:\w+\s+){0,3}?(?-i:[A-Z])[\w-]*(?:,\s+|\s+and\s+)"
            r"(?-i:[A-Z])[\w-]*",
        ),
        (
            0.6,
            r"\b(?:cohort|randomi[sz]ed|double-blind|trial|population-based|cross-sectional"
            r"|case-control|meta-analys\w+"
            r"|participants?|patients\s+(?:with|aged|who)|setting)\b",
        ),
    ),
    Role.FINDING: _compile(
        (
            1.3,
            WE + r"(?:show|find|found|prove|demonstrat|observ|establish|reveal|discover|conclud"
            r"|identif|see|saw|argue"
            r"|uncover|confirm|notic|report|achiev|obtain)\w*",
        ),
        (
            1.3,
            r"\b(?:results?|findings?|experiments?|analys[ei]s|evidence|evaluations?"
            r"|simulations?|data|study|studies|tests?"
            r"|work|comparisons?|observations?|theory)(?:,[^,.]{0,60},)?\s+(?:\w+ly\s+|also\s+"
            r"|further\s+)?(?:show|suggest|indicat|reveal"
            r"|demonstrat|confirm|support|prov(?:e|es|ed)\b|imply|point)\w*",
        ),
        (
            0.9,
            r"\boutperform\w*|\bstate-of-the-art\b|\bsurpass\w*|\b(?:significant|substantial"
            r"|consistent|marked)(?:ly)?\s+"
            r"(?:\w+\s+)?(?:improv|reduc|increas|better|higher|lower|decreas|greater|enhanc"
            r"|boost|associat|differen)\w*",
        ),
        (
            0.7,
            r"\b(?:improv|reduc|increas|decreas|enhanc|boost|degrad|exceed|rais|climb|drop"
            r"|lower|cut|rose|fell)(?:e|es|ed|s|ing)?\b",
        ),
        (
            0.6,
            r"\d(?:[\d.,]*)\s?(?:%|percent|points?|x\b|times|fold)|\bp\s*[<=>]\s*0?\.\d"
            r"|\b95%\s*CI|\bconfidence\s+interval"
            r"|\b(?:odds|hazard|risk)\s+ratio",
        ),
        (
            0.7,
            r"\b(?:surprisingly|notably|interestingly|remarkably|strikingly|importantly"
            r"|crucially|in\s+conclusion"
            r"|conclude|overall,|taken\s+together|these\s+results|these\s+findings|thus,"
            r"|therefore,)",
        ),
        (
            0.6,
            r"\b(?:better|worse|higher|lower|larger|greater|more|less|fewer|faster"
            r"|stronger)\b[^.]{0,60}\bthan\b",
        ),
        (
            0.5,
            r"\b(?:leads?\s+to|results?\s+in|causes?|explains?|due\s+to|because|depends?\s+on"
            r"|correlat\w+|associated\s+with"
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
            r"\b(?:however|but|though|although|yet|nevertheless|still"
            r"|only)\b[^.]{0,120}\b(?:not|fails?|failed|cannot|unable"
            r"|fragile|limited|worse|drops?|degrad\w+|struggl\w+|unstable|remain\w*|vary"
            r"|varies|insufficient|expensive)\b",
        ),
        (
            1.0,
            r"\b(?:fails?\s+(?:to|on|at|in|when)|failed\s+to|cannot|can\s+not|unable\s+to"
            r"|struggl\w+|breaks?\s+down|collaps\w+"
            r"|fragile|brittle|insufficient|not\s+(?:enough|sufficient|robust|reliable"
            r"|significant|always|uniform))\b",
        ),
        (
            0.9,
            r"\b(?:more|further|future)\s+(?:work|research|stud(?:y|ies)"
            r"|investigation)\b[^.]{0,60}\b(?:need|requir|necessar"
            r"|warrant|remain|left|direction)\w*|\bneed(?:ed|s)?\s+(?:for\s+)?(?:more|further"
            r"|future)\b",
        ),
        (
            0.8,
            r"\bat\s+(?:the|a)\s+(?:\w+\s+)?(?:cost|expense|price)\b|\bcomes?\s+(?:at|with)\b"
            r"|\bsensitive\s+to\b|\bcome\s+off\s+worse",
        ),
        (
            0.6,
            r"\b(?:only\s+(?:when|if|for|in|a|on|partially|partly)|limited\s+to"
            r"|restricted\s+to|does\s+not|do\s+not|did\s+not"
            r"|no\s+longer|remains?\s+(?:a\s+|an\s+)?(?:challeng\w+|open|difficult|unclear"
            r"|hard))\b",
        ),
    ),
}
