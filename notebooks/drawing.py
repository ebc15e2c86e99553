"""Maps of the notebooks: pictures that need nothing else, and maps to move about in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final, Literal

import folium
import fontpkg_sarabun
import geopandas as gpd
import pandas as pd
from branca.colormap import LinearColormap
from matplotlib import colormaps, colors, font_manager, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import PercentFormatter, StrMethodFormatter
from matplotlib_inline.backend_inline import set_matplotlib_formats

from twin.crs import METRIC_SRID, STORAGE_SRID

LAND: Final = "#ececec"
SEA: Final = "#f7fbff"
INK: Final = "#333333"
FACILITY: Final = "#cc3311"
#: Light to dark, told apart by colour-blind readers and on paper.
SCALE: Final = "YlGnBu"
#: Metres that outlines may move in a map to move about in: nobody sees it, files are small.
SIMPLIFIED_M: Final = 20
#: Areas that their name does not fit on.
SMALL_M2: Final = 12e6


def prepare_pictures() -> None:
    """Have figures shown as pictures, written in Sarabun, which has Thai and Latin letters."""
    set_matplotlib_formats("png")
    for name in ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf"):
        font_manager.fontManager.addfont(fontpkg_sarabun.ROOT / "files" / name)
    rcParams["font.family"] = fontpkg_sarabun.FAMILY
    rcParams["figure.dpi"] = 110


def start_map(land: gpd.GeoDataFrame, title: str) -> tuple[Figure, Axes]:
    """Return an empty map of the land, metres of EPSG:32647."""
    figure = Figure(figsize=(7, 10), layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor(SEA)
    land.plot(ax=axes, color=LAND, edgecolor="#bbbbbb", linewidth=0.5)
    axes.set_title(title, fontsize=13, loc="left")
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="", aspect="equal")
    return figure, axes


def shade(axes: Axes, areas: gpd.GeoDataFrame, column: str, told: str, *, share: bool) -> None:
    """Shade areas by a column; the scale of a share goes from 0 to 100 %."""
    shown = areas[areas.geometry.notna()]
    top = 1.0 if share else None
    shown.plot(
        ax=axes,
        column=column,
        cmap=SCALE,
        vmin=0,
        vmax=top,
        edgecolor="#8c8c8c",
        linewidth=0.5,
        legend=True,
        legend_kwds={
            "label": told,
            "shrink": 0.4,
            "format": PercentFormatter(1.0) if share else StrMethodFormatter("{x:,.0f}"),
        },
        missing_kwds={"color": "white", "hatch": "///", "edgecolor": "#999999"},
    )
    axes.set(xlabel="", ylabel="")


def write_names(axes: Axes, areas: gpd.GeoDataFrame) -> None:
    """Write the Thai name on each area, those of small areas beside the land."""
    beside = 0
    for name, shape in zip(areas["name_th"], areas.geometry, strict=True):
        if shape is None:
            continue
        place, offset = shape.representative_point(), (0, 0)
        if shape.area < SMALL_M2:
            beside += 1
            offset = (72, -18 - 16 * beside)
        axes.annotate(
            name,
            (place.x, place.y),
            offset,
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.6} if any(offset) else None,
            fontsize=8.5,
            ha="center",
            va="center",
            color=INK,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )


def put_points(
    axes: Axes, points: gpd.GeoDataFrame, told: str, kind: Literal["there", "off", "new"] = "there"
) -> None:
    """Draw places: red dots, hollow ones for those off the streets, black stars for new ones."""
    if points.empty:
        return
    fill, edge = {"there": (FACILITY, "white"), "off": ("white", FACILITY), "new": (INK, "white")}[
        kind
    ]
    axes.scatter(
        points.geometry.x,
        points.geometry.y,
        c=fill,
        marker="*" if kind == "new" else "o",
        s=150 if kind == "new" else 40,
        edgecolors=edge,
        linewidths=0.8 if kind == "new" else 1.2,
        label=told,
        zorder=6 if kind == "new" else 5,
    )
    axes.legend(loc="lower left", fontsize=9, frameon=True)


def glow(axes: Axes, corners: Mapping[str, Any], told: str) -> None:
    """Draw street corners (`lon`, `lat`) in the colour of their `people`, the most on top."""
    frame = pd.DataFrame(dict(corners)).sort_values("people")
    places = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], crs=STORAGE_SRID).to_crs(METRIC_SRID)
    drawn = axes.scatter(
        places.x, places.y, c=frame["people"], cmap=SCALE, s=6, linewidths=0, vmin=0
    )
    style = StrMethodFormatter("{x:,.0f}")
    axes.figure.colorbar(drawn, ax=axes, shrink=0.4, label=told, format=style)


def web_map(
    areas: gpd.GeoDataFrame, column: str, told: str, points: gpd.GeoDataFrame, *, share: bool
) -> folium.Map:
    """Return a map to move about in, without tiles: one GeoJSON layer of areas and points.

    Parameters
    ----------
    areas
        With `name_th`, `name_en` and the column that they are shaded by.
    points
        With `name_th` and `name_en`.
    """
    rows = areas[areas.geometry.notna()]
    scale = _scale(1.0 if share else float(rows[column].max()))
    shapes = rows.geometry.simplify_coverage(SIMPLIFIED_M)
    features = gpd.GeoDataFrame(
        {
            "told": [*_named(rows, _texts(rows[column], share=share)), *_named(points)],
            "colour": [*(scale(value) for value in rows[column]), *[FACILITY] * len(points)],
        },
        geometry=[*shapes, *points.geometry],
        crs=areas.crs,
    ).to_crs(STORAGE_SRID)
    west, south, east, north = features.total_bounds
    chart = folium.Map(tiles=None, control_scale=True, zoom_snap=0.25)
    # Of what folium would fetch beside Leaflet, nothing is used.
    chart.default_js = [file for file in chart.default_js if file[0] == "leaflet"]
    chart.default_css = [file for file in chart.default_css if file[0] == "leaflet_css"]
    folium.GeoJson(
        json.loads(features.to_json(drop_id=True)),
        style_function=_style,
        marker=folium.CircleMarker(radius=6, fill=True),
        tooltip=folium.GeoJsonTooltip(["told"], labels=False),
    ).add_to(chart)
    ends = ("0 %", "100 %") if share else ("0", f"{scale.vmax:,.0f}")
    chart.get_root().html.add_child(folium.Element(_legend(told, scale.colors, ends)))
    chart.fit_bounds([[south, west], [north, east]])
    return chart


def _style(feature: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fillColor": feature["properties"]["colour"],
        "fillOpacity": 0.85,
        "color": "#8c8c8c",
        "weight": 1,
    }


def _scale(top: float) -> LinearColormap:
    steps = [colors.to_hex(colormaps[SCALE](place / 8)) for place in range(9)]
    return LinearColormap(steps, vmin=0, vmax=top)


def _legend(told: str, scale: Sequence[tuple[float, ...]], ends: tuple[str, str]) -> str:
    """Return a bar of colours with its ends and what they tell."""
    steps = ",".join(colors.to_hex(colour) for colour in scale)
    return (
        '<div style="position:fixed;right:12px;top:12px;z-index:1000;padding:6px 8px;'
        'background:#fffd;font:13px/1.5 Sarabun,Tahoma,sans-serif">'
        f'{escape(told)}<div style="height:10px;background:linear-gradient(90deg,{steps})"></div>'
        f'<div style="display:flex;justify-content:space-between"><span>{ends[0]}</span>'
        f"<span>{ends[1]}</span></div></div>"
    )


def _named(rows: gpd.GeoDataFrame, values: Iterable[str] | None = None) -> list[str]:
    names = (f"{th} · {en}" for th, en in zip(rows["name_th"], rows["name_en"], strict=True))
    if values is None:
        return list(names)
    return [f"{name}: {value}" for name, value in zip(names, values, strict=True)]


def _texts(values: pd.Series, *, share: bool) -> list[str]:
    return [f"{value:.1%}" if share else f"{value:,.0f}" for value in values]
