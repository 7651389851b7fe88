"""A map of the library: papers that are alike lie near each other, in named clusters.

    vectors -> layout (x, y), clusters -> names -> Atlas, kept in atlas.json

Owns nothing but the names that other stages use. Knows nothing about screens.
"""

from rag.atlas.drawing import draw_atlas as draw_atlas
from rag.atlas.records import Atlas as Atlas
from rag.atlas.records import Cluster as Cluster
from rag.atlas.records import Point as Point
from rag.atlas.store import load_or_draw as load_or_draw
