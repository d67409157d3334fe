"""Reading JSON values one after the other from a text that is never whole in memory.

The parser is that of the standard library, given a window of the text at a time. It is more forgiving than
one that reads events: a value that is broken is one value, and the next is looked for behind it.
"""

import json
import re
from typing import TextIO

from app.exchange.decp.received import NumberText, Received, is_nothing

BLOCK = 1 << 18
# Far above the largest records published: what is longer is no record, but a quote or bracket gone astray.
LONGEST = 1 << 24
_SPACE = re.compile(r"[\s\0\ufeff]*")
_VALID_OR_STRAY_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_UNTERMINATED = "Unterminated string"
_ESCAPE = 6


class Broken(Exception):
    """No value can be read here; `read` characters were looked at."""

    def __init__(self, read: int) -> None:
        """Keep how far the parser came."""
        super().__init__()
        self.read = read


class Window:
    """A text from `position` on. What lies before is forgotten whenever more is taken in."""

    def __init__(self, stream: TextIO) -> None:
        """Begin at the beginning of the stream."""
        self._stream = stream
        self._cleaning = False
        self._over = False
        self._decoder = json.JSONDecoder(
            parse_float=NumberText,
            parse_int=NumberText,
            parse_constant=_no_number,
            object_pairs_hook=self._object,
            strict=False,
        )
        self.text = ""
        self.position = 0
        self.taken = 0
        # Whether a name was found twice in one object since this was last reset.
        self.repeated = False

    def more(self) -> bool:
        """Take in as much again, a block at least; False at the end of the text."""
        if self._over:
            return False
        block = self._stream.read(max(BLOCK, len(self.text) - self.position))
        # No block ends inside an escape: each can then be judged by itself.
        size = _ESCAPE
        while "\\" in block[-_ESCAPE:] and size < LONGEST and (rest := self._stream.read(size)):
            block += rest
            size *= 2
        self._over = not block
        self.taken += len(block)
        if self._cleaning:
            block = _without_stray_escapes(block)
        self.text = self.text[self.position :] + block
        self.position = 0
        return not self._over

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            found = _SPACE.match(self.text, self.position)
            self.position = found.end() if found else self.position
            if self.position < len(self.text):
                return self.text[self.position]
            if not self.more():
                return ""

    def skip(self, count: int = 1) -> None:
        """Go on behind so many characters."""
        self.position += count

    def starts_with(self, pattern: re.Pattern[str], longest: int) -> re.Match[str] | None:
        """What the pattern finds right here, within that many characters."""
        while len(self.text) - self.position < longest and self.more():
            pass
        return pattern.match(self.text, self.position)

    def value(self) -> Received:
        """The value that begins here, and go on behind it; Broken when there is none."""
        while True:
            try:
                found: Received
                found, end = self._decoder.raw_decode(self.text, self.position)
            except json.JSONDecodeError as error:
                if self._cleaned(error) or (self._may_go_on(error) and self.more()):
                    continue
                unterminated = error.msg.startswith(_UNTERMINATED)
                raise Broken((len(self.text) if unterminated else error.pos) - self.position) from None
            except RecursionError:
                raise Broken(0) from None
            if end == len(self.text) and not isinstance(found, (dict, list)) and self.more():
                # A number, or the name of one, may go on.
                continue
            self.position = end
            return found

    def find(self, pattern: re.Pattern[str], reach: int) -> bool:
        """Go to the next place that the pattern fits, short of `reach` characters; False without one."""
        while True:
            found = pattern.search(self.text, self.position)
            if found is not None and (found.end() < len(self.text) or self._over):
                self.position = found.start()
                return True
            self.position = max(self.position, len(self.text) - reach)
            if not self.more():
                return False

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        if len(self.text) - self.position > LONGEST:
            return False
        # Only at the end of what was taken in could more of the text heal what is wrong.
        return error.pos >= len(self.text) - 2 * _ESCAPE or error.msg.startswith(_UNTERMINATED)

    def _cleaned(self, error: json.JSONDecodeError) -> bool:
        """Take out stray backslashes, from here on and for good, the first time that one is met."""
        if self._cleaning or not error.msg.startswith("Invalid \\"):
            return False
        self._cleaning = True
        self.text = _without_stray_escapes(self.text[self.position :])
        self.position = 0
        return True

    def _object(self, pairs: list[tuple[str, Received]]) -> dict[str, Received]:
        found = dict(pairs)
        if len(found) < len(pairs):
            self.repeated = True
            return _united(pairs)
        return found


def _united(pairs: list[tuple[str, Received]]) -> dict[str, Received]:
    """Of a name given several times: objects and arrays together, else the last value that says something.

    Files converted from XML repeat the name of an element instead of making an array.
    """
    found: dict[str, Received] = {}
    for name, value in pairs:
        before = found.get(name)
        if isinstance(before, (dict, list)) and isinstance(value, (dict, list)):
            found[name] = [
                *(before if isinstance(before, list) else [before]),
                *(value if isinstance(value, list) else [value]),
            ]
        elif name not in found or not is_nothing(value):
            found[name] = value
    return found


def _without_stray_escapes(text: str) -> str:
    return _VALID_OR_STRAY_ESCAPE.sub(_keep_valid_escape, text) if "\\" in text else text


def _keep_valid_escape(match: re.Match[str]) -> str:
    return match.group(0) if match.group(1) else ""


def _no_number(_name: str) -> None:
    return None
