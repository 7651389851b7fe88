"""Conversations that outlive the browser, and what readers thought of the answers.

    History(folder) -> keep, replace_from, list, open ...; its `ratings` -> rate, list_feedback;
    its `seen` -> mark, of

Owns nothing but the names that others use. Knows nothing about how anything is answered.
"""

from rag.history.errors import ConversationNotFound as ConversationNotFound
from rag.history.errors import HistoryError as HistoryError
from rag.history.errors import HistoryTooNew as HistoryTooNew
from rag.history.errors import TurnNotFound as TurnNotFound
from rag.history.history import History as History
from rag.history.questions import to_question as to_question
from rag.history.ratings import Ratings as Ratings
from rag.history.records import Feedback as Feedback
from rag.history.records import Listed as Listed
from rag.history.records import Saved as Saved
from rag.history.records import SavedTurn as SavedTurn
from rag.history.seen import Seen as Seen
from rag.history.telling import tell_settings as tell_settings
