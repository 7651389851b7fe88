"""Python runs this before anything else where this folder is on its path: see `loopback`."""

from loopback import close_sockets

close_sockets()
