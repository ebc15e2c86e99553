"""The processes of coverage as they are offered: titles, inputs, outputs; nothing heavy here."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from twin.jobs.process import Output, Process, later
from twin.studies import inputs, outputs, question
from twin.studies.answer import CoverageAnswer, Explanation, WhatIfAnswer
from twin.types import Text


def _output(model: type[BaseModel], title: Text, description: Text) -> Output:
    return Output(title, description, model.model_json_schema(mode="serialization"))


COVERAGE: Final = Process(
    id="coverage",
    version="1.0.0",
    title=Text("ความครอบคลุมของบริการ", "Service coverage"),
    description=Text(
        "ใครได้รับบริการและใครไม่ได้รับ ภายในเวลาหรือระยะทางตามถนน แยกตามพื้นที่และสถานบริการ",
        "Who is served and who is not within a time or a distance along streets, by area and by"
        " facility.",
    ),
    inputs=question.Question,
    output=_output(
        CoverageAnswer,
        Text("ผลความครอบคลุมของบริการ", "The service coverage"),
        Text("ยอดรวม รายพื้นที่ รายสถานบริการ และข้อสมมติ", "Totals, areas, facilities, assumptions."),
    ),
    is_long=False,
    run=later("twin.studies.run", "coverage"),
)

WHAT_IF: Final = Process(
    id="what-if",
    version="1.0.0",
    title=Text("ถ้าเพิ่มหรือปิดสถานบริการ", "What if"),
    description=Text(
        "ผลของการเพิ่มหรือปิดสถานบริการ เร็วพอที่จะลากจุดบนแผนที่",
        "What adding or closing facilities changes; quick enough to drag a point on the map.",
    ),
    inputs=question.WhatIf,
    output=_output(
        WhatIfAnswer,
        Text("ผลที่เปลี่ยนไป", "What changes"),
        Text("ยอดรวมใหม่ และจำนวนที่เพิ่มขึ้นหรือลดลง", "The new totals, and who is gained or lost."),
    ),
    is_long=False,
    run=later("twin.studies.run", "what_if"),
)

EXPLAIN: Final = Process(
    id="explain",
    version="1.0.0",
    title=Text("ทำไมที่นี่จึงได้หรือไม่ได้รับบริการ", "Why this place is served, or is not"),
    description=Text(
        "สถานบริการที่ใกล้ที่สุด เส้นทาง และจุดที่เวลาหรือระยะทางหมด หรือเหตุที่ไปไม่ถึง",
        "The nearest facility, the way there, and where the time or distance is used up; or why"
        " there is no way.",
    ),
    inputs=question.Place,
    output=_output(
        Explanation,
        Text("คำอธิบาย", "The explanation"),
        Text("เหตุผล เส้นทาง และจุดที่เกณฑ์หมด", "The reason, the way, and where thresholds end."),
    ),
    is_long=False,
    run=later("twin.studies.run", "explain_place"),
)

SERVICE_AREA: Final = Process(
    id="service-area",
    version="1.0.0",
    title=Text("พื้นที่บริการ", "Service areas"),
    description=Text(
        "บริเวณริมถนนที่ถึงสถานบริการภายในเกณฑ์ ตัดตามแผ่นดิน สำหรับวาดบนแผนที่เท่านั้น ห้ามใช้นับประชากร",
        "What lies beside streets within the thresholds, cut to the land: to draw on a map, never"
        " to count people by.",
    ),
    inputs=inputs.ServiceArea,
    output=_output(
        outputs.ServiceAreaAnswer,
        Text("พื้นที่บริการ", "The areas"),
        Text("GeoJSON FeatureCollection", "A GeoJSON FeatureCollection."),
    ),
    is_long=False,
    run=later("twin.studies.run", "service_area"),
)

TRAVEL_TIME: Final = Process(
    id="travel-time",
    version="1.0.0",
    title=Text("พื้นผิวเวลาเดินทาง", "Travel-time surface"),
    description=Text(
        "เวลาหรือระยะทางจากทุกจุดบนบกถึงสถานบริการที่ใกล้ที่สุด เป็นแผ่นแผนที่และ GeoTIFF"
        " เก็บไว้จำนวนจำกัด ขอใหม่ได้เสมอ",
        "Time or distance between every place on land and its nearest facility, as map tiles and"
        " as a GeoTIFF. A limited number is kept; ask again for one that is gone.",
    ),
    inputs=inputs.TravelTime,
    output=_output(
        outputs.TravelTimeAnswer,
        Text("ที่อยู่ของพื้นผิว", "Where the surface is"),
        Text("ที่อยู่ คำอธิบายสี และพื้นที่", "Addresses, bands of colour, and areas."),
    ),
    is_long=False,
    run=later("twin.studies.run_surface", "travel_time"),
    links=("tilejson", "tiles", "geotiff"),
)

SITING: Final = Process(
    id="siting",
    version="1.0.0",
    title=Text("ควรตั้งที่ใด", "Where to put new facilities"),
    description=Text(
        "เลือกที่ตั้งใหม่จากมุมถนน ชั้นข้อมูล หรือจุดที่วาด ให้บริการคนได้มากที่สุด (MCLP)"
        " ใช้จำนวนแห่งน้อยที่สุด (LSCP) หรือเดินทางสั้นที่สุด (p-median) พร้อมบอกว่าดีกว่านี้ได้อีกเท่าใด",
        "Chooses sites among street corners, features of a layer or drawn points: to serve most"
        " people (MCLP), with the fewest sites (LSCP), or by the shortest ways (p-median); and says"
        " how much better another choice could be.",
    ),
    inputs=inputs.SitingProblem,
    output=_output(
        outputs.SitingAnswer,
        Text("ที่ตั้งที่เลือก", "The chosen sites"),
        Text("ที่ตั้งตามลำดับ ยอดรวมใหม่ และขอบเขต", "Sites in order, new totals, bound and gap."),
    ),
    is_long=False,
    run=later("twin.studies.run_siting", "siting"),
)

OPPORTUNITY: Final = Process(
    id="opportunity",
    version="1.0.0",
    title=Text("โอกาสของทุกมุมถนน", "Opportunity at every street corner"),
    description=Text(
        "ถ้าตั้งสถานบริการเพิ่มหนึ่งแห่งที่มุมถนนแต่ละมุม จะมีผู้ได้รับบริการเพิ่มกี่คน",
        "How many people one facility more would newly serve, for every street corner.",
    ),
    inputs=inputs.Opportunity,
    output=_output(
        outputs.OpportunityAnswer,
        Text("โอกาส", "The opportunity"),
        Text("ที่ที่ดีที่สุด และค่าของทุกมุมถนน", "The best places, and every corner's people."),
    ),
    is_long=True,
    run=later("twin.studies.run_siting", "opportunity"),
)

CRITICALITY: Final = Process(
    id="criticality",
    version="1.0.0",
    title=Text("ถ้าสถานบริการปิด", "If a facility closes"),
    description=Text(
        "ใครจะขาดบริการหากสถานบริการแต่ละแห่งปิด และแต่ละคนมีกี่แห่งให้เลือก",
        "Who loses service if each facility closes, and how many facilities people have to choose"
        " from.",
    ),
    inputs=inputs.Criticality,
    output=_output(
        outputs.CriticalityAnswer,
        Text("ผู้ขาดบริการ", "Who loses service"),
        Text("รายสถานบริการ เรียงจากมากไปน้อย", "By facility, the worst first."),
    ),
    is_long=False,
    run=later("twin.studies.run_loss", "criticality"),
)

ROAD_CRITICALITY: Final = Process(
    id="road-criticality",
    version="1.0.0",
    title=Text("ถ้าถนนปิด", "If a road closes"),
    description=Text(
        "ถนนสายใดปิดแล้วคนขาดบริการมากที่สุด",
        "Which roads' closing takes service from most people.",
    ),
    inputs=inputs.RoadCriticality,
    output=_output(
        outputs.RoadCriticalityAnswer,
        Text("ถนนสำคัญ", "The roads"),
        Text("เส้นถนน เรียงจากมากไปน้อย", "Lines, the worst first."),
    ),
    is_long=True,
    run=later("twin.studies.run_loss", "road_criticality"),
)

MISSING_LINKS: Final = Process(
    id="missing-links",
    version="1.0.0",
    title=Text("ทางเชื่อมที่ขาด", "Missing links"),
    description=Text(
        "ทางเชื่อมสั้น ๆ ระหว่างถนนที่จะเพิ่มผู้ได้รับบริการมากที่สุดต่อความยาว",
        "Short connections between streets that would newly serve most people for their length.",
    ),
    inputs=inputs.MissingLinks,
    output=_output(
        outputs.MissingLinksAnswer,
        Text("ทางเชื่อม", "The connections"),
        Text("เส้น เรียงจากที่คุ้มที่สุด", "Lines, the best for their length first."),
    ),
    is_long=True,
    run=later("twin.studies.run_loss", "missing_links"),
)

ACCESS: Final = Process(
    id="access",
    version="1.0.0",
    title=Text("การเข้าถึงตามความจุ", "Access with capacity"),
    description=Text(
        "แต่ละคนเข้าถึงความจุได้เท่าใด (เช่น เตียง) ด้วยวิธี 2SFCA หรือ E2SFCA",
        "How much capacity (beds, seats) each person finds, by the 2SFCA or E2SFCA method.",
    ),
    inputs=inputs.Access,
    output=_output(
        outputs.AccessAnswer,
        Text("การเข้าถึง", "The access"),
        Text("เฉลี่ย รายพื้นที่ และรายสถานบริการ", "On average, by area and by facility."),
    ),
    is_long=False,
    run=later("twin.studies.run_access", "access"),
)

SDG: Final = Process(
    id="sdg",
    version="1.0.0",
    title=Text("ตัวชี้วัด SDG 11.2.1 และ 11.7.1", "SDG indicators 11.2.1 and 11.7.1"),
    description=Text(
        "สัดส่วนประชากรที่เข้าถึงขนส่งสาธารณะ หรือพื้นที่สาธารณะเปิดโล่ง ตามระยะในคำอธิบายตัวชี้วัด",
        "The share of people with access to public transport or open public space, by the"
        " distances of the indicators' metadata.",
    ),
    inputs=inputs.Sdg,
    output=_output(
        outputs.SdgAnswer,
        Text("ตัวชี้วัด", "The indicator"),
        Text("สัดส่วน รายพื้นที่ และสิ่งที่ยังไม่ได้วัด", "The share, by area, and what is not measured."),
    ),
    is_long=False,
    run=later("twin.studies.run_access", "sdg"),
)

NETWORK: Final = Process(
    id="network",
    version="1.0.0",
    title=Text("โครงข่ายถนน", "The street network"),
    description=Text(
        "ถนนที่ใช้วิเคราะห์ ส่วนที่ไม่เชื่อมกัน และสิ่งที่ทำกับถนนที่ไม่ต่อกัน",
        "The streets that analysis uses, its unconnected parts, and what became of streets that do"
        " not meet.",
    ),
    inputs=inputs.NetworkChoice,
    output=_output(
        outputs.NetworkAnswer,
        Text("รายงานโครงข่าย", "The report"),
        Text("ความยาว ส่วน จุดตัด และชั้นถนน", "Length, parts, crossings and classes."),
    ),
    is_long=False,
    run=later("twin.studies.run_network", "network"),
)

OFFERED: Final = (
    COVERAGE,
    WHAT_IF,
    EXPLAIN,
    SERVICE_AREA,
    TRAVEL_TIME,
    SITING,
    OPPORTUNITY,
    CRITICALITY,
    ROAD_CRITICALITY,
    MISSING_LINKS,
    ACCESS,
    SDG,
    NETWORK,
)
