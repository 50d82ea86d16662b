"""The codes of a JPEG (ITU-T T.81, annex C), and how far each leads, found by the next bits at once.

What a coefficient is does not matter, only how many bits it takes and how many coefficients it stands for. So an entry
of a table is the number of bits that go, and from `AHEAD` on the number of coefficients. Zero stands for no code.
"""

from __future__ import annotations

from collections.abc import Callable

from .damage import damaged

WINDOW = 16  # bits; no code is longer
RUN = 11  # bits that are looked at for several codes at once: with 10 a large photograph takes 20 % more, with 13 too
AHEAD = 1 << 8
END = 1 << 16  # the block ends with this code; the number of coefficients is of those before

_WINDOWS = 1 << WINDOW
_BLOCK = 64  # coefficients
_BEYOND = _BLOCK * AHEAD  # more than a block has left
_ZEROS = 0xF0  # the symbol for 16 zeros
_LONGEST_VALUE = 15  # bits of a coefficient that follow its code


class Codes:
    """A table as the file gives it: how many codes there are of 1 to 16 bits, and the symbols in their order.

    The long tables are made when they are first needed: many files define some that no scan uses.
    """

    def __init__(self, counts: bytes, symbols: bytes) -> None:
        self._lengths = [length for length, count in enumerate(counts, 1) for _ in range(count)]
        self._symbols = symbols
        if sum(1 << (WINDOW - length) for length in self._lengths) > _WINDOWS:
            raise damaged("more codes than there can be")
        self._made: dict[str, list[int]] = {}

    def symbols(self) -> list[int]:
        """Give, for each window, the symbol and from `AHEAD` on the bits of its code."""
        return self._table("symbols", lambda length, symbol: length * AHEAD + symbol)

    def dc(self) -> list[int]:
        """Give, for each window, the bits of a code and of the difference that follows it."""
        return self._table("dc", lambda length, symbol: length + symbol if symbol <= _LONGEST_VALUE else 0)

    def ac(self) -> list[int]:
        """Give, for each window, where a single code of a block's other 63 coefficients leads."""
        return self._table("ac", _step)

    def runs(self) -> list[int]:
        """Give a list that `run` fills, for each window of `RUN` bits."""
        return self._made.setdefault("runs", [0] * (1 << RUN))

    def run(self, window: int) -> int:
        """Give where all the codes lead that are whole in a window of `RUN` bits, and note it: about two of them.

        Where not even the first is whole, it gives more coefficients than a block has: `ac` has to be asked.
        """
        single, bits, coefficients = self.ac(), 0, 0
        window <<= WINDOW - RUN
        while coefficients < _BLOCK:
            entry = single[(window << bits) & (_WINDOWS - 1)]
            length = entry & (AHEAD - 1)
            if not entry or bits + length > RUN:
                break
            bits += length
            if entry & END:
                coefficients += END // AHEAD
                break
            coefficients += entry // AHEAD
        found = bits + coefficients * AHEAD or _BEYOND
        self.runs()[window >> (WINDOW - RUN)] = found
        return found

    def _table(self, name: str, entry: Callable[[int, int], int]) -> list[int]:
        """Give a table by window: codes follow each other, the shorter first."""
        if name not in self._made:
            table: list[int] = []
            for length, symbol in zip(self._lengths, self._symbols, strict=True):
                table += [entry(length, symbol)] * (1 << (WINDOW - length))
            self._made[name] = table + [0] * (_WINDOWS - len(table))
        return self._made[name]


def _step(length: int, symbol: int) -> int:
    run, size = divmod(symbol, 16)
    if size:
        return length + size + (run + 1) * AHEAD
    if symbol == _ZEROS:
        return length + 16 * AHEAD
    return length + END  # of the block; the others are of progressive scans only, which do not ask here
