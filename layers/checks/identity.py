"""Who a row is: its identifier, and whether it is there twice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.faults import Fault, fault
from layers.manifest import Rule
from twin.types import Text

_WHOLE: Final = re.compile(r"0|[1-9]\d{0,17}")
_HASH_BYTES: Final = 6


def feature_ids(frame: pd.DataFrame, key: tuple[str, ...]) -> pd.Series:
    """Return each row's identifier, the same in every load.

    Parameters
    ----------
    key
        Columns without missing values that identify a row.

    Returns
    -------
    The key itself where it is one whole number, in digits or not; else the first 48 bits of the
    BLAKE2b hash of the key as a JSON array.

    Examples
    --------
    >>> feature_ids(pd.DataFrame({"code": ["830101", "0123"]}), ("code",)).tolist()
    [830101, 27881629748020]
    """
    columns = [frame[name].tolist() for name in key]
    ids = [_feature_id(values) for values in zip(*columns, strict=True)]
    return pd.Series(ids, index=frame.index, dtype="int64")


def duplicate_keys(frame: pd.DataFrame, key: tuple[str, ...]) -> list[Fault]:
    """Find rows whose key an earlier row has; a row without a whole key is left out."""
    return list(_repeats(frame.loc[:, list(key)], "duplicate_key"))


def duplicate_features(
    frame: pd.DataFrame, geometries: pd.Series | None, columns: tuple[str, ...]
) -> list[Fault]:
    """Find rows that say the same as an earlier row; `geom` among `columns` is the geometry."""
    compared = {
        name: _as_bytes(geometries) if name == "geom" and geometries is not None else frame[name]
        for name in columns
    }
    return list(_repeats(pd.DataFrame(compared, index=frame.index), "duplicate_feature"))


def _repeats(compared: pd.DataFrame, rule: Rule) -> Iterator[Fault]:
    known = compared[compared.notna().all(axis="columns")]
    if known.empty:
        return
    names = list(known.columns)
    first = known.index.to_series().groupby([known[name] for name in names]).transform("first")
    for row in known.index[known.duplicated()]:
        values = ", ".join(str(known.at[row, name]) for name in names if name != "geom")
        told = ", ".join(names)
        text = Text(
            f"ซ้ำกับแถวที่ {first[row]} ({told}: {values or 'รูปทรงเดียวกัน'})",
            f"the same as row {first[row]} ({told}: {values or 'one geometry'})",
        )
        column = names[0] if len(names) == 1 else None
        yield fault(int(row), column, rule, values or None, text)


def _as_bytes(geometries: pd.Series) -> pd.Series:
    wkb = shapely.to_wkb(np.asarray(geometries, dtype=object))
    return pd.Series(wkb, index=geometries.index, dtype=object)


def _feature_id(values: tuple[Any, ...]) -> int:
    if len(values) == 1 and _WHOLE.fullmatch(str(values[0])):
        return int(values[0])
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
    digest = hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES)
    return int.from_bytes(digest.digest(), "big")
