"""Words that turn a statement around, and words that may stand for one another.

Owns lists of plain English: what negates, which words point in opposite directions, which
may replace each other, and the words of numbers; knows nothing about papers or claims. The
lists were written from general knowledge of the language, not collected from a test set;
what they miss is caught, less surely, by the alignment of a claim with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from rag.wording import stem_words

NEGATORS = frozenset(
    """not no never neither nor none nobody nothing nowhere without cannot cant lack lacks lacking
    lacked absent absence fail fails failed failing unable hardly barely scarcely rarely seldom
    refuse refuses refused n't""".split()
)
# "not only fast but small" denies nothing.
NOT_DENYING = frozenset("only merely just simply necessarily surprisingly".split())
NEGATIVE_PREFIXES = ("un", "in", "im", "ir", "il", "non", "dis", "mis")

# Two sides an entry: a word of the one says the opposite of a word of the other.
_OPPOSITES = """
increase increment raise grow growth rise boost gain elevate augment amplify escalate expand
enlarge upregulate climb soar surge accelerate enhance strengthen more greater higher larger
upward up maximize / decrease reduce lower drop decline fall shrink diminish cut lessen dwindle
attenuate suppress downregulate curtail contract slow weaken fewer less lower smaller downward
down minimize ; improve enhance better best benefit help aid assist strengthen boost superior
outperform exceed surpass beat outdo excel advance gain ameliorate alleviate / worsen hurt harm
degrade impair deteriorate damage weaken worse worst inferior underperform lag trail suffer hinder
hamper impede undermine regress exacerbate aggravate ; high higher highest tall / low lower lowest
short ; large larger largest big bigger great huge massive substantial considerable / small
smaller smallest little tiny minor slight negligible minimal marginal modest ; more most / less
least fewer fewest ; many numerous several / few fewer ; fast faster fastest quick rapid speed
swift accelerate / slow slower slowest sluggish decelerate ; strong stronger strongest robust /
weak weaker weakest fragile brittle ; before prior precede earlier pre / after following later
subsequent post ; early earlier earliest / late later latest ; with / without ; always often
frequently usually commonly / never rarely seldom ; easy easier easily simple simpler simplify /
hard harder difficult complex complicated complicate ; cheap cheaper inexpensive affordable /
expensive costly costlier ; accurate precise correct right true valid / inaccurate imprecise
incorrect wrong false invalid ; succeed success successful / fail failure unsuccessful ; effective
efficient useful helpful beneficial / ineffective inefficient useless harmful detrimental ;
possible feasible able / impossible infeasible unable ; positive positively / negative negatively
; direct directly / inverse inversely indirect indirectly ; above over exceed / below under
beneath ; maximum maximal maximize / minimum minimal minimize ; first / last ; begin start onset /
end finish stop cease ; include including contain inclusive / exclude excluding omit exclusive
except ; enable allow permit facilitate promote encourage support / disable prevent prohibit
forbid block inhibit discourage preclude hinder ; activate activation stimulate induce trigger /
deactivate inactivate inhibit inhibition suppress repress block ; cause causes / prevent ; agree
confirm support consistent / disagree refute contradict oppose inconsistent reject ; similar same
identical alike equal / different dissimilar distinct unlike unequal ; supervised / unsupervised ;
add adding addition insert / remove removal subtract delete drop eliminate ; presence present /
absence absent ; open public / closed private proprietary ; long longer longest lengthen prolong
extend / short shorter shortest shorten ; widen wide / narrow ; heavy heavier / light lighter ;
tighten tight / loosen loose ; thick thicker / thin thinner ; deep deeper / shallow shallower ;
dense denser / sparse sparser ; local locally / global globally ; static / dynamic ; old older /
new newer novel young younger ; known seen / unknown unseen ; significant significantly /
insignificant insignificantly negligible ; necessary essential required / unnecessary optional
needless ; sufficient adequate enough / insufficient inadequate ; safe safer / unsafe dangerous
harmful ; reliable consistent stable / unreliable inconsistent unstable ; wide wider broad broader
/ narrow narrower ; rich richer / poor poorer ; hot warm / cold cool ; protect protective
resistant resistance / vulnerable susceptible susceptibility ; majority / minority ; inside
internal / outside external ; online / offline ; all every / none some ; linear / nonlinear ;
homogeneous uniform / heterogeneous diverse ; explicit explicitly / implicit implicitly ;
automatic automatically automated / manual manually ; natural / artificial synthetic ; accept /
reject ; gain / loss lose ; win / lose ; overestimate / underestimate ; overfit / underfit ;
upstream / downstream ; forward / backward ; coarse / fine ; close closer near / far distant ;
preserve retain keep maintain / discard lose destroy forget ; rely depend require / avoid dispense
; unlike contrary / like similarly ; mitigate alleviate relieve resolve / exacerbate aggravate
worsen amplify ; narrow close bridge / widen ; save saving / waste spend
"""

# An entry holds words that may stand for one another in a statement.
_ALIKE = """
show demonstrate reveal indicate find observe report suggest exhibit prove display establish ;
propose introduce present develop design devise describe suggest build create ; use employ utilize
leverage adopt apply harness exploit ; method approach technique algorithm procedure strategy
scheme way ; model system network architecture ; framework pipeline system ; improve enhance boost
better ameliorate ; increase raise grow boost elevate rise augment higher ; decrease reduce lower
diminish cut decline drop lessen fall shrink ; outperform surpass exceed beat outdo better ; large
big huge massive substantial considerable vast ; small tiny little slight minor modest ; fast
quick rapid speedy swift ; important crucial critical key vital essential significant central ;
difficult hard challenging tough ; problem issue challenge difficulty obstacle ; dataset corpus
data collection ; result outcome finding ; achieve attain reach obtain gain yield ; allow enable
permit let facilitate ; need require demand necessitate ; address tackle solve resolve handle
mitigate overcome ; evaluate assess measure test examine benchmark ; investigate study explore
examine analyze research ; many numerous several various multiple ; different diverse distinct
various ; novel new original ; performance accuracy quality ; test experiment trial evaluation ;
cost expense price ; task job problem ; help aid assist support ; cause induce trigger lead
produce ; risk danger hazard chance probability likelihood odds ; patient people individual person
participant subject ; disease illness disorder condition ; death mortality die fatality ; treat
treatment therapy therapeutic ; child children infant pediatric ; image picture photo visual ;
person human people ; train training learn fit ; answer response reply ; question query ;
understand comprehend comprehension ; author researcher we paper ; make create produce generate ;
keep retain preserve maintain ; about approximately roughly around nearly almost ; associated
linked related correlated connected tied ; efficient efficiently economical ; effective
effectively ; main primary principal chief major ; often frequently commonly usually typically ;
whole entire full complete ; only solely merely just ; also additionally furthermore moreover
besides ; however but yet although though ; because since due owing
"""

NUMBER_WORDS: Mapping[str, float] = {
    word: value
    for value, word in enumerate(
        """zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""".split()
    )
    if word != "-"  # "one" is a pronoun more often than a number
} | {
    word: 10.0 * tens
    for tens, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
MULTIPLES: Mapping[str, float] = {
    "twice": 2.0,
    "double": 2.0,
    "doubles": 2.0,
    "doubled": 2.0,
    "doubling": 2.0,
    "twofold": 2.0,
    "thrice": 3.0,
    "triple": 3.0,
    "triples": 3.0,
    "tripled": 3.0,
    "threefold": 3.0,
    "fourfold": 4.0,
    "quadruple": 4.0,
    "fivefold": 5.0,
    "tenfold": 10.0,
    "half": 0.5,
    "halve": 0.5,
    "halves": 0.5,
    "halved": 0.5,
    "halving": 0.5,
}
MAGNITUDES: Mapping[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "B": 1e9,
    "T": 1e12,
    "mn": 1e6,
    "bn": 1e9,
}
UNITS: Mapping[str, str] = {
    spelling: unit
    for unit, spellings in {
        "%": "% percent pct percentage percentages pp",
        "x": "x × times fold -fold",
        "ms": "ms millisecond milliseconds msec",
        "us": "us µs microsecond microseconds",
        "s": "s sec secs second seconds",
        "min": "min mins minute minutes",
        "h": "h hr hrs hour hours",
        "day": "d day days",
        "week": "week weeks",
        "month": "month months",
        "year": "yr yrs year years",
        "kb": "kb kilobyte kilobytes",
        "mb": "mb megabyte megabytes",
        "gb": "gb gigabyte gigabytes gib",
        "tb": "tb terabyte terabytes",
        "m": "m meter meters metre metres",
        "km": "km kilometer kilometers kilometre kilometres",
        "cm": "cm centimeter centimeters centimetre centimetres",
        "mm": "mm millimeter millimeters millimetre millimetres",
        "mg": "mg milligram milligrams",
        "g": "g gram grams",
        "kg": "kg kilogram kilograms",
        "hz": "hz hertz",
        "fps": "fps",
        "point": "point points",
        "token": "token tokens",
        "parameter": "parameter parameters params",
        "usd": "$ usd dollar dollars",
        "eur": "€ eur euro euros",
    }.items()
    for spelling in spellings.split()
}
APPROXIMATORS = frozenset("about around roughly approximately nearly almost over some ~ ≈".split())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Porter stem of one word in lower case; a function word stays as it is."""
    return next(iter(stem_words(word)), word)


@lru_cache(maxsize=50_000)
def list_opposites(one: str) -> frozenset[str]:
    """The stems that point in the opposite direction, by list or by a negative prefix."""
    return _opposites().get(one, frozenset()) | frozenset(_turn_prefix(one))


def list_alike(one: str) -> frozenset[str]:
    """The stems that may stand for this one."""
    return _alike().get(one, frozenset())


def are_opposite(one: str, other: str) -> bool:
    """Whether two stems point in opposite directions."""
    return other in list_opposites(one)


def has_direction(one: str) -> bool:
    """Whether a stem has an opposite in the list."""
    return one in _opposites()


def _turn_prefix(one: str) -> Iterator[str]:
    for prefix in NEGATIVE_PREFIXES:
        if len(one) >= 4:
            yield prefix + one
        if one.startswith(prefix) and len(one) >= len(prefix) + 4:
            yield one.removeprefix(prefix)


@cache
def _opposites() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in _OPPOSITES.split(";"):
        left, right = (side.split() for side in entry.split("/"))
        for one in map(stem, left):
            found.setdefault(one, set()).update(map(stem, right))
        for one in map(stem, right):
            found.setdefault(one, set()).update(map(stem, left))
    return {one: frozenset(others - {one}) for one, others in found.items()}


@cache
def _alike() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _entries_alike():
        for one in group:
            found.setdefault(one, set()).update(group)
    return {one: frozenset(others - {one}) for one, others in found.items()}


def _entries_alike() -> Iterator[list[str]]:
    for entry in _ALIKE.split(";"):
        yield [stem(word) for word in entry.split()]
