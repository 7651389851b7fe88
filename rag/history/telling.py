"""The settings that an answer hangs on, without keys.

Owns which settings are told; knows nothing about who is told. No key, no password in an
address, and no folder of the library.
"""

from __future__ import annotations

from typing import Any

from rag.address import Address
from rag.settings import Settings

TOLD = ("llm", "embedding", "retrieval", "answer", "support")


def tell_settings(settings: Settings) -> dict[str, Any]:
    """The told sections as JSON. Raises SettingsError where llm.base_url is no address."""
    told: dict[str, Any] = settings.model_dump(mode="json", include=set(TOLD))
    told["llm"].pop("api_key")
    if address := told["llm"]["base_url"]:
        told["llm"]["base_url"] = Address.parse(address).shown
    return told
