"""Category mappings kept as TOML beside the standards: words that name a category, and rules for foreign tags."""

import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gis.categories import CategoryMap, Rule
from gis.errors import BadInputError

_FOLDER = Path(__file__).resolve().parents[1] / "standards"
_CATEGORIES = "categories.toml"
_WORDS = "category_words.toml"
_RULE_KEYS = {"target", "tag", "category", "name_has", "name_ends", "name_not"}


class MappingError(BadInputError):
    """A category mapping that does not follow its own form."""

    code = "MAPPING_INVALID"


def load(name: str = "poi_baidu") -> CategoryMap:
    """A mapping of the product by name (a file of data/standards without `.toml`)."""
    return load_file(_FOLDER / f"{name}.toml")


def load_file(path: Path) -> CategoryMap:
    """A mapping from a file of the same form; the words that name a category are always known.

    Raises MappingError.
    """
    words = {
        str(row[key]): str(row["id"]) for row in _toml(_FOLDER / _CATEGORIES)["category"] for key in ("id", "name")
    }
    words |= {str(word): str(target) for target, names in _toml(_FOLDER / _WORDS)["words"].items() for word in names}
    content = _toml(path)
    targets = set(words.values())
    rules = tuple(_rule(number, entry, targets) for number, entry in enumerate(content.get("rule", []), start=1))
    return CategoryMap(str(content.get("title", path.stem)), MappingProxyType(words), rules)


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise MappingError(f"找不到类别对照表 {path.name}，请核对文件名。") from error
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"类别对照表 {path.name} 不是有效的 TOML，请检查格式。") from error


def _rule(number: int, entry: dict[str, Any], targets: set[str]) -> Rule:
    strange = set(entry) - _RULE_KEYS
    if strange or "target" not in entry:
        raise MappingError(f"类别对照表第 {number} 条写法不对，可用：{'、'.join(sorted(_RULE_KEYS))}。")
    target = str(entry["target"])
    if target not in targets and target != "none":
        raise MappingError(f"类别对照表第 {number} 条的类别“{target}”不存在，请核对。")
    lists = {key: tuple(str(word) for word in entry.get(key, ())) for key in _RULE_KEYS - {"target"}}
    return Rule(target=None if target == "none" else target, **lists)
