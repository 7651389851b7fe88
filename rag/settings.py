"""config.toml and the environment -> Settings.

Owns names, defaults and where they come from; knows nothing about what they are used for.
Later sources win: the config.toml of the checkout, the user's own, the environment
(`FOOTNOTE_LLM__BASE_URL` for `[llm] base_url`), then what the command line says.
`OPENAI_BASE_URL` and `OPENAI_API_KEY` fill in what all of these leave empty.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingsError

CHECKOUT_CONFIG = Path(__file__).resolve().parent.parent / "config.toml"
PREFIX = "FOOTNOTE_"


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LibrarySettings(Section):
    path: str = ""


class LlmSettings(Section):
    base_url: str = ""
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout: float = Field(default=60.0, gt=0)
    context_window: int = Field(default=0, ge=0)
    max_tokens: int = Field(default=700, ge=16)
    temperature: float = Field(default=0.0, ge=0, le=2)


class EmbeddingSettings(Section):
    model: str = ""
    batch_size: int = Field(default=32, ge=1)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"


class IndexSettings(Section):
    url: str = ""


class RetrievalSettings(Section):
    papers: int = Field(default=8, ge=1, le=50)
    candidates: int = Field(default=200, ge=10)
    reranker: str = ""


class AnswerSettings(Section):
    mode: Literal["auto", "quoting"] = "auto"
    fall_back: bool = True


class SupportSettings(Section):
    judge: Literal["local", "endpoint"] = "local"
    entailment: str = ""
    on_unsupported: Literal["mark", "hide"] = "mark"


class JudgeSettings(Section):
    base_url: str = ""
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout: float = Field(default=120.0, gt=0)
    max_tokens: int = Field(default=4096, ge=16)
    temperature: float = Field(default=0.0, ge=0, le=2)


class ChatSettings(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    auth: SecretStr = SecretStr("")


class Settings(BaseSettings):
    """All settings, checked. `library_folder()` is where the papers lie."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    library: LibrarySettings = LibrarySettings()
    llm: LlmSettings = LlmSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    index: IndexSettings = IndexSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    support: SupportSettings = SupportSettings()
    judge: JudgeSettings = JudgeSettings()
    chat: ChatSettings = ChatSettings()

    def library_folder(self) -> Path:
        if self.library.path:
            return _expand(self.library.path, "library.path")
        return Path(platformdirs.user_data_dir("footnote", appauthor=False)) / "library"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - no .env is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - nor a secrets folder
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = [_read_config(settings_cls, path) for path in config_files()]
        return (init_settings, env_settings, *files)


def config_files() -> list[Path]:
    """The config files that exist, the one that wins first."""
    named = os.environ.get(PREFIX + "CONFIG")
    own = own_config_file()
    if named and not own.is_file():
        raise SettingsError(
            f"{PREFIX}CONFIG names {named}, which is no file", remedy=f"unset {PREFIX}CONFIG"
        )
    return [path for path in (own, CHECKOUT_CONFIG) if path.is_file()]


def own_config_file() -> Path:
    """The file that overrides the checkout's, whether it is there or not."""
    named = os.environ.get(PREFIX + "CONFIG")
    return _expand(named, PREFIX + "CONFIG") if named else user_config_file()


def user_config_file() -> Path:
    """Where the user's own config.toml is looked for."""
    return Path(platformdirs.user_config_dir("footnote", appauthor=False)) / "config.toml"


def _expand(path: str, name: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"settings: {name}: {path} names the home of nobody here",
            remedy="write the folder out in full",
        ) from error


def _read_config(settings_cls: type[BaseSettings], path: Path) -> TomlConfigSettingsSource:
    try:
        return TomlConfigSettingsSource(settings_cls, path)
    except (ValueError, OSError) as error:
        raise SettingsError(
            f"settings: {path} cannot be read: {error}", remedy=f"mend or remove {path}"
        ) from error


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read all sources. `overrides` is what the command line says, as {section: {key: value}}.

    Raises SettingsError naming every unknown key and unusable value at once.
    """
    _check_environment()
    try:
        settings = Settings(**(overrides or {}))
    except ValidationError as error:
        problems = "; ".join(_explain(problem) for problem in error.errors())
        raise SettingsError(
            f"settings: {problems}", remedy=f"see {CHECKOUT_CONFIG} for all names and defaults"
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"settings: {error}", remedy=f"see {CHECKOUT_CONFIG} for all names and defaults"
        ) from error
    return settings.model_copy(update={"llm": with_openai_variables(settings.llm)})


def _explain(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{name} is not a setting"
    # A section is not shown: a key may stand in it.
    secret = name.endswith(("api_key", "chat.auth")) or len(problem["loc"]) < 2
    return f"{name}: {problem['msg']}" + ("" if secret else f" (it is {problem['input']!r})")


def _check_environment() -> None:
    """pydantic-settings passes over variables whose section it does not know."""
    known = {*Settings.model_fields, "config"}
    for name in os.environ:
        section = name.removeprefix(PREFIX).split("__")[0].lower()
        if name.startswith(PREFIX) and section not in known:
            raise SettingsError(
                f"settings: the variable {name} is not a setting",
                remedy=f"unset {name}; see {CHECKOUT_CONFIG} for all names",
            )


def find_variables() -> dict[str, str]:
    """The settings that the environment decides, and by which variable each:
    `{"llm.base_url": "FOOTNOTE_LLM__BASE_URL"}`, or `FOOTNOTE_LLM` where it holds a section."""
    present = {name.upper() for name in os.environ}
    names = {}
    for section, told in EnvSettingsSource(Settings)().items():
        for key in told if isinstance(told, dict) else ():
            exact = f"{PREFIX}{section}__{key}".upper()
            names[f"{section}.{key}"] = exact if exact in present else f"{PREFIX}{section}".upper()
    return names


def with_openai_variables(llm: LlmSettings) -> LlmSettings:
    """A key alone does not make anything be sent anywhere: the address must be named too."""
    key = llm.api_key.get_secret_value() or os.environ.get("OPENAI_API_KEY", "")
    address = llm.base_url or os.environ.get("OPENAI_BASE_URL", "")
    return llm.model_copy(update={"base_url": address, "api_key": SecretStr(key)})
