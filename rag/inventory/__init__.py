"""Questions about the library itself, answered from its records, exactly.

    question -> InventoryQuestion -> InventoryAnswer -> text with marks, sentences

Owns nothing but the names that other stages use. Knows nothing about retrieval or models.
"""

from rag.inventory.answering import InventoryAnswer as InventoryAnswer
from rag.inventory.answering import answer_inventory as answer_inventory
from rag.inventory.asked import Ask as Ask
from rag.inventory.asked import Fact as Fact
from rag.inventory.asked import InventoryQuestion as InventoryQuestion
from rag.inventory.asked import Kind as Kind
from rag.inventory.asked import Topic as Topic
from rag.inventory.naming import names_paper as names_paper
from rag.inventory.reading import find_inventory_question as find_inventory_question
