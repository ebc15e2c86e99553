"""Writing projects as GeoJSON features."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from twin.queries.register import ProjectDetail, ProjectRead, SiteRead
from twin.types import Json, Text

Shapes = Mapping[int, str]


def project_feature(project: ProjectRead, shapes: Shapes) -> Json:
    """Return a project as a feature of the list."""
    return _feature(project, shapes, [_site(site) for site in project.sites])


def project_detail(detail: ProjectDetail) -> Json:
    """Return a project as a feature with everything that is known."""
    sites = [_site(site) | _site_detail(site) for site in detail.project.sites]
    feature = _feature(detail.project, detail.shapes, sites)
    feature["properties"]["facts"] = {
        fact.field: {
            "confidence": fact.confidence,
            "source": fact.source,
            "source_date": _iso(fact.source_date),
            "note": _texts(fact.note),
        }
        for fact in detail.facts
    }
    return feature


def _feature(project: ProjectRead, shapes: Shapes, sites: list[Json]) -> Json:
    return {
        "type": "Feature",
        "id": project.code,
        "geometry": _geometry(project, shapes),
        "properties": {
            "code": project.code,
            "domain": project.domain,
            "domain_code": project.domain_code,
            "phase": project.phase,
            "names": _texts(project.names),
            "is_named": project.is_named,
            "status": project.status,
            "status_note": _texts(project.status_note),
            "agency": _texts(_joined(project.agencies)),
            "agencies": [_texts(agency) for agency in project.agencies],
            "budget_thb": project.budget_thb,
            "progress": project.progress,
            "start_date": _iso(project.start_date),
            "end_date": _iso(project.end_date),
            "place": _texts(project.place),
            "confidence": project.confidence,
            "is_province_wide": project.is_province_wide,
            "tambon_codes": project.tambon_codes,
            "amphoe_codes": project.amphoe_codes,
            "sites": sites,
        },
    }


def _geometry(project: ProjectRead, shapes: Shapes) -> Json | None:
    geometries = [json.loads(shapes[site.id]) for site in project.drawn]
    return {"type": "GeometryCollection", "geometries": geometries} if geometries else None


def _site(site: SiteRead) -> Json:
    return {
        "id": site.id,
        "position": site.position,
        "names": _texts(site.names),
        "rule": site.rule,
        "precision": site.precision,
        "is_marine": site.is_marine,
        "confidence": site.confidence,
        "marker": site.marker,
        "geometry_type": site.geometry_type,
        "tambon_codes": site.tambon_codes,
    }


def _site_detail(site: SiteRead) -> Json:
    return {
        "args": site.args,
        "amphoe_codes": site.amphoe_codes,
        "source": site.source,
        "note": _texts(site.note),
        "problem": _texts(site.problem),
    }


def _joined(texts: list[Text]) -> Text | None:
    if not texts:
        return None
    return Text(", ".join(text.th for text in texts), ", ".join(text.en for text in texts))


def _texts(text: Text | None) -> Json | None:
    return text._asdict() if text else None


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
