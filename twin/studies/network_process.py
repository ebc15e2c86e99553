"""The process that builds a street network and tells what became of the streets."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from pydantic import Field

from twin.db.engine import connect
from twin.jobs.process import Context, Output, Process, Progress
from twin.studies.question import Asked, LayerId
from twin.types import Json, Text


class NetworkInputs(Asked):
    """Which network."""

    layer: LayerId = Field("road", description="Any layer of lines.", examples=["road"])
    ferries: bool = Field(False, description="With ferry lines.")


def report_network(context: Context, inputs: NetworkInputs, progress: Progress) -> Json:
    """Return the report on a network, built anew where its streets changed."""
    load_network = import_module("twin.studies.network").load_network  # needs scipy
    settings = context.settings
    with connect(context.writer) as connection:
        network, report = load_network(
            connection,
            settings.network_dir,
            layer=inputs.layer,
            ferries=inputs.ferries,
            raster_dir=settings.raster_dir,
            progress=progress,
        )
    return {"layer": inputs.layer, "revision": network.revision, "report": report.to_json()}


NETWORK: Final = Process(
    id="network",
    version="1.0.0",
    title=Text("โครงข่ายถนน", "Street network"),
    description=Text(
        "สร้างโครงข่ายถนนใหม่เมื่อถนนเปลี่ยน แล้วรายงานส่วนที่เชื่อมกัน ทางแยก ปลายตัน และสิ่งที่ยังไม่แน่ใจ",
        "Builds the street network where streets changed, and reports its connected parts, joined"
        " crossings, dead ends and what is not known for sure.",
    ),
    inputs=NetworkInputs,
    output=Output(
        title=Text("รายงานโครงข่าย", "Report on the network"),
        description=Text(
            "จำนวนและความยาวของถนน ส่วนที่เชื่อมกันเป็นกิโลเมตร เรียงจากยาวที่สุด",
            "Counts and lengths of streets; connected parts in km, the longest first.",
        ),
        schema={
            "type": "object",
            "required": ["layer", "revision", "report"],
            "properties": {
                "layer": {"type": "string"},
                "revision": {"type": "string"},
                "report": {"type": "object"},
            },
        },
    ),
    is_long=True,
    run=report_network,
)
