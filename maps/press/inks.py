"""The colours of print: those of tokens.css under the words print uses for them."""

from typing import Final

from maps.paint import tokens

_OF = tokens()
INK: Final = _OF["ink"]
GREY: Final = _OF["ink-2"]
NAME: Final = _OF["map-label"]
RULE: Final = _OF["line-2"]
WARN: Final = _OF["warn"]
BAD: Final = _OF["bad"]
PAPER: Final = _OF["paper"]
LAND: Final = _OF["map-land"]
STREET: Final = _OF["map-street"]
CASE: Final = _OF["map-case"]
RAIL: Final = _OF["map-rail"]
WATER_LINE: Final = _OF["map-water-line"]
GROUNDS: Final = {
    "green": (_OF["map-green"], _OF["map-green-line"]),
    "water": (_OF["map-water"], _OF["map-water-line"]),
}
SELECT: Final = _OF["b-select"]
GRID: Final = _OF["b-grid"]
COMMUNITY: Final = _OF["b-community"]
BARRIER: Final = _OF["b-barrier"]
