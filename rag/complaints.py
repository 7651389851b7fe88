"""What goes wrong at an endpoint, in our words.

Owns which error a server's refusal is, its message and its remedy; a key never gets into
either. Knows nothing about connections, nor about the package that opens them: it is
given status codes and bodies (`rag.llm` takes them out of the vendor's errors).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag import errors
from rag.address import Address
from rag.wire import find_words, is_page, read_json

MODELS_NAMED = 10
WORDS_SHOWN = 300
PAGE_SHOWN = 80
_OVERFLOW = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum (?:context|model) length"
    r"|context (?:length|size|window)"
)
_NO_MODEL = re.compile(r"invalid model|model\b.*\b(?:not found|not exist|not loaded)", re.I)
_MODEL = re.compile(r"\bmodel\b", re.I)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply with an error status. `code` is the server's own name for what is wrong."""

    status: int
    code: str
    body: object
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Complaints:
    """Makes the errors of one endpoint. `key` is what no message may hold."""

    address: Address
    key: str

    @property
    def base(self) -> str:
        return self.address.shown

    def scrub(self, text: str, limit: int = WORDS_SHOWN) -> str:
        """Take the key out of what a server said, then shorten it to `limit` characters."""
        clean = text.replace(self.key, "[key]") if self.key else text
        return clean if len(clean) <= limit else clean[:limit].rstrip() + "…"

    def refused(self, refusal: Refusal, model: str) -> errors.EndpointError:
        """Tell which error a reply with an error status is."""
        words, status = find_words(refusal.body), refusal.status
        said = self._quote(words)
        if status in (401, 403):
            return self._unauthorized(status, said)
        # A server that is starting up or full says with 503 when to come back (RFC 9110, 15.6.4).
        if status == 429 or (status == 503 and refusal.retry_after is not None):
            return self._asked_to_wait(refusal, said)
        if status >= 500:
            return errors.EndpointFailed(f"{self.base} failed ({status}){said}", remedy=_TRY_AGAIN)
        if _OVERFLOW.search(f"{refusal.code} {words}"):
            return self._overflow(said)
        if _names_no_model(refusal, words):
            return errors.ModelNotFound(f"{self.base} does not have the model {model!r}{said}")
        if status in (404, 405) or status < 400:
            return self.no_endpoint(f"answered {status}", words)
        return errors.EndpointRefused(
            f"{self.base} refused the request ({status}){said}",
            remedy="see what it says, and the settings under [llm]",
        )

    def failed_midway(self, code: str, body: object) -> errors.EndpointError:
        """Tell which error an error event inside a stream is."""
        words = find_words(body)
        if _OVERFLOW.search(f"{code} {words}"):
            return self._overflow(self._quote(words))
        message = f"{self.base} failed in the middle of its reply{self._quote(words)}"
        return errors.EndpointFailed(message, remedy=_TRY_AGAIN)

    def no_endpoint(self, what: str, words: str) -> errors.NotAnEndpoint:
        """Say that what answers is something else, with its first words."""
        quoted = f": {self.scrub(words, PAGE_SHOWN)!r}" if words else ""
        remedy = "check base_url: an endpoint lists its models at <base_url>/models"
        if not self.address.has_version:
            remedy = f'try base_url = "{self.base}/v1"'
        return errors.NotAnEndpoint(f"{self.base} {what}{quoted}", remedy=remedy)

    def no_completion(self, body: str) -> errors.EndpointError:
        """Tell which error a reply is that has status 200 and is no stream."""
        if is_page(body):
            return self.no_endpoint("answered with a page, not a completion", find_words(body))
        payload = read_json(body)
        if payload is None:
            return self.no_endpoint("answered with what is no completion", find_words(body))
        if isinstance(payload, dict) and payload.get("error") and self.address.has_version:
            return self.failed_midway("", payload)
        return self.no_endpoint("answered with JSON that is no completion", find_words(payload))

    def unreadable(self, reason: str) -> errors.EndpointFailed:
        """Say that an event of a stream is no JSON or no UTF-8."""
        message = f"{self.base} sent an event that cannot be read: {self.scrub(reason)}"
        return errors.EndpointFailed(message, remedy=_TRY_AGAIN)

    def unreachable(self, reason: str) -> errors.EndpointUnreachable:
        return errors.EndpointUnreachable(
            f"Nothing answers at {self.base}: {self.scrub(reason)}",
            remedy='start the server, or set base_url = "" to quote without a model',
        )

    def timed_out(self, seconds: float) -> errors.EndpointTimeout:
        return errors.EndpointTimeout(
            f"{self.base} said nothing for {seconds:g} s",
            remedy="raise timeout under [llm], or ask a faster model",
        )

    def broken_off(self, reason: str) -> errors.EndpointFailed:
        message = f"{self.base} broke off before it said anything: {self.scrub(reason)}"
        return errors.EndpointFailed(message, remedy=_TRY_AGAIN)

    def no_model_listed(self) -> errors.ModelNotFound:
        return errors.ModelNotFound(
            f"{self.base} lists no model",
            remedy="load a model in that server, or set model to its name",
        )

    def suggest(self, names: tuple[str, ...]) -> str:
        """The remedy for a model that is not there: the models that are."""
        if not names:
            return "set model to one that the server has"
        more = f" and {len(names) - MODELS_NAMED} more" if len(names) > MODELS_NAMED else ""
        return self.scrub(f"set model to one of: {', '.join(names[:MODELS_NAMED])}{more}")

    def _quote(self, words: str) -> str:
        return f": {self.scrub(words)}" if words else ""

    def _unauthorized(self, status: int, said: str) -> errors.EndpointRefused:
        what = "refused the key" if self.key else "wants a key"
        return errors.EndpointRefused(
            f"{self.base} {what} ({status}){said}",
            remedy=f"set FOOTNOTE_LLM__API_KEY to a key that {self.base} accepts",
        )

    def _asked_to_wait(self, refusal: Refusal, said: str) -> errors.RateLimited:
        seconds = refusal.retry_after
        wait = f" for {seconds:.0f} s" if seconds is not None else ""
        return errors.RateLimited(
            f"{self.base} asks to wait{wait} ({refusal.status}){said}",
            retry_after=seconds,
            remedy=f"ask again in {seconds:.0f} s" if seconds is not None else _TRY_AGAIN,
        )

    def silent(self) -> errors.ContextOverflow:
        """Say what a stream without any event most likely means: llama-cpp-python's server ends
        its reply so where the prompt overflows."""
        return errors.ContextOverflow(
            f"{self.base} ended its reply without a word: the prompt may be too long for the model",
            remedy="lower context_window under [llm], or papers under [retrieval]",
        )

    def _overflow(self, said: str) -> errors.ContextOverflow:
        return errors.ContextOverflow(
            f"the prompt is too long for the model at {self.base}{said}",
            remedy="lower context_window under [llm], or papers under [retrieval]",
        )


_TRY_AGAIN = "ask again later; the server's own log says more"


def _names_no_model(refusal: Refusal, words: str) -> bool:
    if "model_not_found" in refusal.code or _NO_MODEL.search(words):
        return True
    page = isinstance(refusal.body, str) and is_page(refusal.body)
    return refusal.status == 404 and not page and bool(_MODEL.search(words))
