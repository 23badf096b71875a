"""Which category of service a foreign row is: rules as data, matched on its tag, category and name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a mapping: rows matching all that is given become `target`, or are set aside when it is None.

    `tag` and `category` are whole values (any of them); `name_has` words of which one must be in the name;
    `name_ends` endings of which one must close it; `name_not` words that must not be in it.
    """

    target: str | None
    tag: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    name_has: tuple[str, ...] = ()
    name_ends: tuple[str, ...] = ()
    name_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class CategoryMap:
    """A mapping: its title, the words that name a category outright, and rules of which the first match counts."""

    title: str
    words: Mapping[str, str]
    rules: tuple[Rule, ...]


def classify(categories: CategoryMap, rows: pd.DataFrame) -> "pd.Series[Any]":
    """The category id of every row, None where nothing matches.

    `rows`: columns name, category, tag (words or None). A category word counts before any rule.
    """
    named = rows["category"].map(dict(categories.words)).astype(object)
    found = named.where(named.notna(), None).to_numpy(dtype=object, copy=True)
    open_rows: Mask = np.asarray(pd.isna(found), dtype=np.bool_)
    names = rows["name"].fillna("").astype(str)
    for rule in categories.rules:
        hit = _matches(rule, rows, names, open_rows)
        found[hit] = rule.target
        open_rows &= ~hit
    return pd.Series(found, index=rows.index, dtype=object)


def unmapped(rows: pd.DataFrame, aside: Mask) -> dict[str, int]:
    """Rows set aside per tag (category where there is no tag), most first."""
    words = rows["tag"].where(rows["tag"].notna(), rows["category"]).fillna("（无标签）")
    return {str(word): int(number) for word, number in words[aside].value_counts().items()}


def _matches(rule: Rule, rows: pd.DataFrame, names: "pd.Series[str]", among: Mask) -> Mask:
    """Rows of `among` the rule holds for; names are only read where tag and category already fit."""
    hit = among.copy()
    for column, wanted in (("tag", rule.tag), ("category", rule.category)):
        if wanted:
            hit &= rows[column].isin(wanted).to_numpy(dtype=np.bool_)
    left = names[hit]
    fits = np.ones(len(left), dtype=np.bool_)
    if rule.name_has:
        fits &= _any(left, rule.name_has)
    if rule.name_ends:
        fits &= left.str.endswith(rule.name_ends).to_numpy(dtype=np.bool_)
    if rule.name_not:
        fits &= ~_any(left, rule.name_not)
    hit[hit] = fits
    return hit


def _any(names: "pd.Series[str]", words: Sequence[str]) -> Mask:
    return names.str.contains("|".join(re.escape(word) for word in words)).to_numpy(dtype=np.bool_)
