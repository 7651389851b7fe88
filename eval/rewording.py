"""Other words for the same: what `eval.edits` rewords true sentences with.

Owns two lists, one to learn from and one, with other words, to measure by; knows nothing
about claims. Neither is the judge's own list in `rag.lexicon`.
"""

from __future__ import annotations

import re

Rewordings = tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]


def _read(table: str) -> Rewordings:
    rows = [line.split(" = ") for line in table.strip().splitlines()]
    return tuple(
        (re.compile(rf"\b{old}\b", re.IGNORECASE), tuple(new.split(" | "))) for old, new in rows
    )


REWORDINGS = _read("""
we = the authors | the paper | they | the researchers
our = their | the proposed | the
this paper = the study | this article
this work = the study | this research
introduces = presents | puts forward
introduce = present | put forward
propose = present | suggest | put forward
present = introduce | describe
demonstrates = shows | makes clear
demonstrate = show | establish
show = demonstrate | report
shows = demonstrates | reports
significantly = substantially | considerably | markedly
substantially = considerably | greatly
outperforms = surpasses | beats | does better than
outperform = surpass | beat | do better than
improves = enhances | boosts | raises
improve = enhance | boost | raise
improvement = gain | enhancement
improvements = gains | enhancements
reduces = lowers | cuts | decreases
reduce = lower | cut | decrease
approach = method | technique
approaches = methods | techniques
method = approach | technique
methods = approaches | techniques
novel = new
leverages = makes use of | uses
leverage = make use of | use
leveraging = making use of | using
utilizes = uses | employs
utilizing = using | employing
achieves = reaches | attains | obtains
achieve = reach | attain | obtain
achieving = reaching | attaining
existing = current | previous | prior
various = several | different | a range of
challenging = difficult | hard
challenge = difficulty | problem
challenges = difficulties | problems
capabilities = abilities | skills
capability = ability
large-scale = big | large
however = but | yet
enables = allows | lets
enable = allow | let
enabling = allowing
performance = results | quality
tasks = problems | jobs
crucial = essential | key | vital
remains = is still | stays
requires = needs | calls for
require = need | call for
during = while | throughout
based on = built on | that rests on
such as = like | including | for example
in order to = to
evaluate = assess | test
evaluation = assessment | testing
evaluations = assessments | tests
diverse = varied | different
comprehensive = thorough | broad
framework = system | scheme
extensive = broad | many
ensure = guarantee | make sure of
limited = restricted | small
multiple = several | many
additionally = also | in addition
furthermore = moreover | also
constructs = builds | creates
construct = build | create
developed = built | created
develop = build | create
explore = examine | look into
investigate = study | examine | look into
understanding = comprehension | grasp
generate = produce | create
generates = produces | creates
generating = producing | creating
facilitates = eases | helps
address = tackle | deal with
addresses = tackles | deals with
resulting in = which leads to | leading to
due to = because of | owing to
state-of-the-art = leading | best existing
""")

REWORDINGS_APART = _read("""
we = this work | the paper's authors | researchers
our = the authors' | its
models = systems | networks
model = system | network
effectively = successfully | well
efficient = economical | low-cost
robust = dependable | resilient
obtain = get | gain
gains = progress | improvements
surpassing = going beyond | exceeding
surpasses = goes beyond | exceeds
highlights = underlines | stresses | points to
highlight = underline | stress
reveals = uncovers | brings to light
reveal = uncover | bring to light
incorporates = includes | builds in
incorporating = including | building in
numerous = a large number of | plenty of
dataset = data collection | corpus
datasets = data collections | corpora
training = learning | teaching
trained = taught | fitted
images = pictures | photos
image = picture | photo
videos = clips | footage
humans = people
human = people's
accurate = precise | exact
accuracy = precision | correctness
complex = intricate | complicated
rapid = fast | quick
cost = expense | price
costs = expenses
primarily = mainly | chiefly
typically = usually | as a rule
often = frequently | in many cases
recent = latest | new
recently = of late | lately
despite = in spite of | notwithstanding
strategy = plan | scheme
mechanism = device | procedure
suggests = implies | hints
enhance = strengthen | better
enhancing = strengthening | bettering
enhances = strengthens | betters
mitigates = softens | alleviates
mitigate = soften | alleviate
fundamental = basic
several = a number of
consistently = steadily | throughout
overall = in total | taken together
substantial = sizeable | big
exhibits = displays | has
exhibit = display | have
employs = applies | works with
employ = apply | work with
simultaneously = at the same time | together
consists of = is made up of | comprises
includes = comprises | has
generation = creation | production
answers = replies
answer = reply
questions = queries
information = knowledge | data
applications = uses
""")
