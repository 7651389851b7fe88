"""A library in one file, and back.

    making.make_backup(folder, target)          -> Made
    restoring.restore_backup(source, folder)    -> Restored

Imports nothing, since the list of commands must come at once. The papers and the conversations
are in the file, and the vectors, so that nothing has to be embedded again; Chroma's files are
not, since they are made of the vectors in seconds; nor are settings, in which keys may stand.
"""
