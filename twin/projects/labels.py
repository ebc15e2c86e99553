"""The codes of the register in words: what a person reads and may write in a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from twin.types import Text

DOMAINS: Final[Mapping[str, Text]] = {
    "ENV": Text("สิ่งแวดล้อม", "Environment"),
    "ECO": Text("เศรษฐกิจ", "Economy"),
    "ENE": Text("พลังงาน", "Energy"),
    "GOV": Text("ภาครัฐ", "Government"),
    "LIV": Text("การดำรงชีวิต", "Living"),
    "MOB": Text("การเดินทาง", "Mobility"),
    "PEO": Text("พลเมือง", "People"),
}
PHASES: Final[Mapping[str, Text]] = {
    "2021": Text("2564", "2021"),
    "2022-2023": Text("2565-2566", "2022-2023"),
}
STATUSES: Final[Mapping[str, Text]] = {
    "not_started": Text("ยังไม่เริ่ม", "Not started"),
    "planned": Text("วางแผน", "Planned"),
    "in_progress": Text("กำลังดำเนินการ", "In progress"),
    "operating": Text("เปิดใช้งาน", "Operating"),
    "suspended": Text("ระงับชั่วคราว", "Suspended"),
    "finished": Text("เสร็จสิ้น", "Finished"),
    "unknown": Text("ไม่ทราบ", "Unknown"),
}
CONFIDENCES: Final[Mapping[str, Text]] = {
    "verified": Text("ตรวจสอบแล้ว", "Verified"),
    "sourced": Text("มีแหล่งอ้างอิง", "Sourced"),
    "inferred": Text("อนุมาน", "Inferred"),
    "unknown": Text("ไม่ทราบ", "Unknown"),
}
RULES: Final[Mapping[str, Text]] = {
    "point": Text("จุดพิกัด", "Point"),
    "route": Text("ตามเส้นทาง", "Along a route"),
    "area": Text("เขตการปกครอง", "Administrative area"),
    "coast_buffer": Text("แนวทะเลรอบฝั่ง", "Waters along the coast"),
    "province": Text("ทั้งจังหวัด", "Whole province"),
    "unknown": Text("ไม่ทราบตำแหน่ง", "Position unknown"),
}
PRECISIONS: Final[Mapping[str, Text]] = {
    "exact": Text("แม่นยำ", "Exact"),
    "sourced": Text("ตามแหล่งอ้างอิง", "As sourced"),
    "approximate": Text("ใกล้เคียง", "Approximate"),
    "estimated": Text("ประมาณเอง", "Estimated"),
    "unknown": Text("ไม่ทราบ", "Unknown"),
}
ANSWERS: Final[Mapping[str, Text]] = {
    "yes": Text("ใช่", "Yes"),
    "no": Text("ไม่ใช่", "No"),
}
FIELDS: Final[Mapping[str, Text]] = {
    "name": Text("ชื่อโครงการ", "Name"),
    "domain": Text("ด้าน", "Domain"),
    "phase": Text("ระยะ", "Phase"),
    "agencies": Text("หน่วยงาน", "Agencies"),
    "budget_thb": Text("งบประมาณ", "Budget"),
    "status": Text("สถานะ", "Status"),
    "status_note": Text("รายละเอียดสถานะ", "Status note"),
    "progress": Text("ความก้าวหน้า", "Progress"),
    "start_date": Text("วันเริ่ม", "Start date"),
    "end_date": Text("วันสิ้นสุด", "End date"),
    "place": Text("สถานที่", "Place"),
}
