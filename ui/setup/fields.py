"""The settings that the page can change: how each stands, and what the form asks for.

Owns the way from the form's texts to Settings; knows nothing about HTML, files or models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr, ValidationError

from rag.address import Address, check_key
from rag.config_file import Changes, Value, standard
from rag.errors import SettingsError
from rag.settings import AnswerSettings, LlmSettings, RetrievalSettings, Settings, SupportSettings
from ui.actions import Action

NAMES = (
    *("answer.mode", "answer.fall_back", "llm.base_url", "llm.model"),
    *("llm.timeout", "llm.context_window", "llm.max_tokens"),
    *("retrieval.papers", "support.judge", "support.on_unsupported"),
)
ADDRESS, KEY, MODE, FALL_BACK, JUDGE = (
    *("llm.base_url", "llm.api_key", "answer.mode", "answer.fall_back", "support.judge"),
)
KINDS: Mapping[str, Any] = MappingProxyType(
    {
        "llm": LlmSettings,
        "answer": AnswerSettings,
        "retrieval": RetrievalSettings,
        "support": SupportSettings,
    }
)
OPENAI_ADDRESS, OPENAI_KEY = "OPENAI_BASE_URL", "OPENAI_API_KEY"
AT_START = "set when Footnote was started, not by the file"
# What the form asks beside the settings: to forget the key, to send a variable's key along.
FORGET, ALONG, YES = "forget_key", "key_goes_along", "yes"


class FormError(SettingsError):
    """What is wrong in the form, by the settings' names."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Standing:
    """How the settings stand. `fixed` says why some cannot be changed here, by their names;
    `lent` names the variables that fill in what the files leave empty. `spare` is the
    variable whose key is sent where no other is; empty without one."""

    settings: Settings
    fixed: Mapping[str, str]
    lent: Mapping[str, str]
    spare: str = ""

    def value(self, name: str) -> Value:
        section, key = name.split(".")
        value: Value = getattr(getattr(self.settings, section), key)
        return value

    @property
    def address(self) -> str:
        """The endpoint's address, without a password that it may hold."""
        return show_address(self.settings.llm.base_url)

    @property
    def has_key(self) -> bool:
        return bool(self.settings.llm.api_key.get_secret_value())


def stand(
    settings: Settings,
    in_file: Mapping[str, Mapping[str, Any]],
    variables: Mapping[str, str],
    environment: Mapping[str, str],
) -> Standing:
    """Hold the settings that are in use against what the user's file and the environment say."""
    fixed, lent = {name: f"set by {variable}" for name, variable in variables.items()}, {}
    for name, variable in ((ADDRESS, OPENAI_ADDRESS), (KEY, OPENAI_KEY)):
        if environment.get(variable) and name not in variables and not _said(in_file, name):
            lent[name] = variable
    for name in (*NAMES, KEY):
        section, key = name.split(".")
        used = getattr(getattr(settings, section), key)
        used = used.get_secret_value() if isinstance(used, SecretStr) else used
        said = environment[lent[name]] if name in lent else _said(in_file, name)
        if name not in variables and used != said:
            fixed[name] = AT_START
            lent.pop(name, None)
    other = OPENAI_KEY if environment.get(OPENAI_KEY) and KEY not in fixed else ""
    return Standing(settings, fixed, lent, variables.get(KEY, other))


def read_form(standing: Standing, action: Action) -> Settings:
    """The settings in use with what the form asks for. Raises FormError."""
    sections: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for section in KINDS:
        try:
            sections[section] = _read_section(standing, action, section)
        except FormError as error:
            problems |= error.problems
    if problems:
        raise FormError(problems)
    if not sections["llm"].base_url:
        # Without an endpoint there is nothing to choose: the mode stays as it is.
        mode = {"mode": standing.settings.answer.mode}
        sections["answer"] = sections["answer"].model_copy(update=mode)
    settings = standing.settings.model_copy(update=sections)
    _check_whole(settings, standing, action)
    return settings


def read_llm(standing: Standing, action: Action) -> LlmSettings:
    """The endpoint that the form asks for. Raises FormError."""
    llm: LlmSettings = _read_section(standing, action, "llm")
    if not llm.base_url:
        raise FormError({ADDRESS: "Give the address of an endpoint first."})
    return llm


def _read_section(standing: Standing, action: Action, section: str) -> Any:
    """One section, of what was typed and of what cannot be changed here."""
    values = getattr(standing.settings, section).model_dump()
    for name in NAMES:
        of, key = name.split(".")
        if of == section and name not in standing.fixed:
            values[key] = action.text(name).strip()
    if section == "answer" and FALL_BACK not in standing.fixed:
        values["fall_back"] = action.text(FALL_BACK) == YES
    if section == "llm":
        values["base_url"] = _read_address(standing, values["base_url"])
        values["api_key"] = SecretStr(_choose_key(standing, action, values["base_url"]))
    try:
        return KINDS[section](**values)
    except ValidationError as error:
        told = {f"{section}.{one['loc'][0]}": one["msg"] for one in error.errors()}
    raise FormError(told)


def _check_whole(settings: Settings, standing: Standing, action: Action) -> None:
    """What each value alone does not show. Raises FormError."""
    llm = settings.llm
    if action.text(MODE) == "auto" and not llm.base_url:
        raise FormError({ADDRESS: "A model needs the address of its endpoint."})
    if settings.support.judge == "endpoint" and settings.answer.mode == "auto" and not llm.base_url:
        raise FormError({JUDGE: "There is no endpoint to ask: none is set above."})
    key = llm.api_key.get_secret_value()
    if standing.spare and llm.base_url and not key and not action.text(ALONG):
        told = f"The key in {standing.spare} would be sent to this address: allow that first."
        raise FormError({KEY: told})


def find_changes(standing: Standing, settings: Settings) -> Changes:
    """What is to be written: that which is not as it was."""
    changes: dict[str, dict[str, Value]] = {}
    for name in (*NAMES, KEY):
        section, key = name.split(".")
        was, now = (getattr(getattr(one, section), key) for one in (standing.settings, settings))
        if was != now and name not in standing.fixed:
            now = now.get_secret_value() if isinstance(now, SecretStr) else now
            changes.setdefault(section, {})[key] = now
    return changes


def show_address(address: str) -> str:
    """Without a user name and a password; as it is where it is no address."""
    try:
        return Address.parse(address).shown if address else ""
    except SettingsError:
        return ""


def _said(in_file: Mapping[str, Mapping[str, Any]], name: str) -> Any:
    section, key = name.split(".")
    told = in_file.get(section, {})
    return told[key] if key in told else standard(section, key)


def _read_address(standing: Standing, typed: str) -> str:
    """The address typed, or the one in use, with its password, where that was left alone."""
    if ADDRESS in standing.fixed or typed.rstrip("/") == standing.address:
        return standing.settings.llm.base_url
    if typed:
        try:
            return Address.parse(typed).url
        except SettingsError as error:
            raise FormError({ADDRESS: f"{error}: {error.remedy}"}) from error
    return typed


def _typed_key(standing: Standing, action: Action) -> str:
    return "" if KEY in standing.fixed else action.text(KEY).strip()


def _choose_key(standing: Standing, action: Action, address: str) -> str:
    """The key typed, else the one in use, which belongs to its address."""
    if typed := _typed_key(standing, action):
        try:
            return check_key(typed)
        except SettingsError as error:
            raise FormError({KEY: str(error)}) from error
    kept = standing.settings.llm.api_key.get_secret_value()
    if KEY not in standing.fixed and action.text(FORGET):
        return ""
    if address == standing.settings.llm.base_url:
        return kept
    # It belongs to its address; one that a variable brings along is sent where that is allowed.
    from_variable = KEY in standing.lent or KEY in standing.fixed
    return kept if from_variable and action.text(ALONG) else ""
