"""Where an endpoint is, and the key it is given.

Owns the checks of both, and how an address is shown; knows nothing about connections.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from rag.errors import SettingsError

_VERSION = re.compile(r"/v\d")


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL. `shown` leaves out a user name and password; `host` is in lower case."""

    url: str
    shown: str
    host: str
    path: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Check a base URL as given. Raises SettingsError where it is no web address."""
        url = url.strip()
        parts = _split(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or " " in url:
            raise refuse_address(url)
        return cls(url, _show(parts), parts.hostname, parts.path)

    @property
    def has_version(self) -> bool:
        """Whether the path names a version, as `/v1` does."""
        return bool(_VERSION.search(self.path))

    @property
    def is_this_machine(self) -> bool:
        """Whether the host is this machine by any of its usual names."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            address = ip_address(self.host)
        except ValueError:
            return False
        return address.is_loopback or address.is_unspecified


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # read here, for it is checked only when read
    except ValueError as error:
        raise refuse_address(url) from error
    return parts


def _show(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")


def refuse_address(url: str) -> SettingsError:
    """Say that a base URL is none, without the password that it may hold."""
    shown = re.sub(r"//[^/@]*@", "//", url)
    return SettingsError(
        f"base_url is {shown!r}, which is no web address",
        remedy='set base_url to one such as "http://127.0.0.1:11434/v1"',
    )


def check_key(key: str) -> str:
    """Return a key without the space around it; raise SettingsError if no header can hold it."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(
            "api_key holds a character that is not printable ASCII (it is not shown here)",
            remedy="set FOOTNOTE_LLM__API_KEY again, copied without line breaks",
        )
    return key
