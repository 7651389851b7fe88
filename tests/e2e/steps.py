"""What a reader does in the browser, and what is measured there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOOTNOTE = [sys.executable, "-m", "rag.cli"]
BOX = "#fn-box textarea"
LIT = ".fn-sources:not([hidden]) mark.is-lit"

# The contrast of every visible text with the ground behind it (WCAG 2.2, 1.4.3 and the
# definition of relative luminance), for those below 4.5.
FAINT_TEXT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll(".gradio-container *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const seen = element.checkVisibility({visibilityProperty: true, opacityProperty: true});
    if (!own || !seen) continue;
    const style = getComputedStyle(element);
    if (parseFloat(style.fontSize) === 0) continue;
    const [a, b] = [light(rgba(style.color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${element.className}: ${ratio.toFixed(2)} ${element.textContent}`);
  }
  return faint;
}"""


def ask(page: Any, question: str) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")


def ask_and_wait(page: Any, question: str, turn: int, stage: str = "done") -> Any:
    ask(page, question)
    return wait_for(page, turn, stage)


def wait_for(page: Any, turn: int, stage: str = "done") -> Any:
    answer = page.locator(f"#t{turn}.fn-{stage}")
    answer.wait_for()
    return answer


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@contextmanager
def run_chat(library: Path, *arguments: str, port: int = 0, **settings: str) -> Iterator[str]:
    """`footnote chat` in a process of its own; its address, once it says that it is ready."""
    command = [*FOOTNOTE, "--library", str(library), "chat", "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings}
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"Footnote is ready: (\S+)", line):
                yield found.group(1)
                return
        raise AssertionError(f"the chat ended with {process.wait()} before it was ready")
    finally:
        process.terminate()
        process.wait(timeout=20)
