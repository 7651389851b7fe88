"""A library in one file, and back.

    make_backup(folder, target)       -> Made
    restore_backup(source, folder)    -> Restored

Owns nothing but the names that others use. The papers and the conversations are in it, and
the vectors, so that nothing has to be embedded again; Chroma's files are not, since they are
made of the vectors in seconds; nor are settings, in which keys may stand.
"""

from rag.backup.making import Made as Made
from rag.backup.making import make_backup as make_backup
from rag.backup.restoring import Restored as Restored
from rag.backup.restoring import restore_backup as restore_backup
