"""The three sheets of a register file, column by column, with their help in both languages."""

from __future__ import annotations

from functools import partial
from typing import Final

from twin.projects.labels import CONFIDENCES, DOMAINS, FIELDS, PHASES, PRECISIONS, RULES, STATUSES
from twin.projects.model import AMPHOE_PATTERN, TAMBON_PATTERN
from twin.projects.rules import MAX_BUFFER_M
from twin.projects.sheets import Sheet, answer, choice, members, plain, write_members
from twin.projects.values import (
    parse_budget,
    parse_clip,
    parse_code,
    parse_date,
    parse_number,
)

_DATE = (
    "วัน/เดือน/ปีสี่หลัก พ.ศ. หรือ ค.ศ. เช่น 28/2/2561",
    "Day/month/year with four digits, Buddhist or Common Era, such as 28/2/2018",
)
_CONFIDENCE = ("ความเชื่อมั่น", "Confidence")
_EMPTY_EN = "Empty: the Thai text is used, and the report says so"
_EMPTY_TH = "ว่างได้ โปรแกรมจะใช้ข้อความภาษาไทยและแจ้งในรายงาน"

PROJECTS: Final = Sheet(
    "projects",
    (
        plain(
            "code",
            ("รหัสโครงการ", "Code"),
            (
                "รหัสด้านตามด้วยเลขสองหลัก เช่น ENV-01 รหัสเดิมคือแก้ไข รหัสใหม่คือเพิ่ม",
                "The domain's code and two digits, ENV-01; a new code adds a project",
            ),
            parse=parse_code,
            required=True,
        ),
        choice(
            "domain",
            ("ด้าน", "Domain"),
            ("หนึ่งในเจ็ดด้าน ต้องตรงกับรหัส", "One of the seven; must agree with the code"),
            DOMAINS,
            field="domain_code",
            required=True,
        ),
        choice(
            "phase",
            ("ระยะ", "Phase"),
            ("เว้นว่างเมื่อยังไม่ประกาศ", "Empty where it is not published"),
            PHASES,
            field="phase_id",
        ),
        plain(
            "name_th",
            ("ชื่อโครงการ", "Name, Thai"),
            ("ชื่อภาษาไทย", "Thai name"),
            required=True,
        ),
        plain("name_en", ("ชื่อโครงการ อังกฤษ", "Name, English"), (_EMPTY_TH, _EMPTY_EN)),
        answer(
            "is_named",
            ("ทราบชื่อแล้ว", "Named"),
            ("ไม่ใช่ = ทราบเพียงจำนวน ยังไม่ทราบชื่อ", "No: only the count was announced"),
            default=True,
        ),
        members(
            "agencies_th",
            ("หน่วยงาน", "Agencies, Thai"),
            ("หน่วยงานหลักก่อน คั่นด้วย ;", "Lead agency first, separated by ;"),
            ";",
        ),
        members(
            "agencies_en",
            ("หน่วยงาน อังกฤษ", "Agencies, English"),
            (
                "จำนวนและลำดับตรงกับภาษาไทย " + _EMPTY_TH,
                "As in Thai, in the same order. " + _EMPTY_EN,
            ),
            ";",
        ),
        plain(
            "budget_thb",
            ("งบประมาณ บาท", "Budget, baht"),
            ("จำนวนเต็ม เช่น 11,000,000", "Whole baht, such as 11,000,000"),
            parse=parse_budget,
        ),
        choice(
            "status",
            ("สถานะ", "Status"),
            ("ว่าง = ไม่ทราบ", "Empty: unknown"),
            STATUSES,
            default="unknown",
        ),
        plain(
            "status_note_th",
            ("รายละเอียดสถานะ", "Status note, Thai"),
            ("หนึ่งหรือสองประโยค", "A sentence or two"),
        ),
        plain(
            "status_note_en",
            ("รายละเอียดสถานะ อังกฤษ", "Status note, English"),
            (_EMPTY_TH, _EMPTY_EN),
        ),
        plain(
            "progress",
            ("ความก้าวหน้า ร้อยละ", "Progress, per cent"),
            ("ตัวเลข 0 ถึง 100 ไม่ต้องใส่ %", "A number from 0 to 100, without %"),
            parse=parse_number(0, 100),
        ),
        plain("start_date", ("วันเริ่ม", "Start date"), _DATE, parse=parse_date),
        plain("end_date", ("วันสิ้นสุด", "End date"), _DATE, parse=parse_date),
        plain(
            "place_th",
            ("สถานที่", "Place, Thai"),
            ("บอกสถานที่เป็นคำ", "Where, in words"),
        ),
        plain("place_en", ("สถานที่ อังกฤษ", "Place, English"), (_EMPTY_TH, _EMPTY_EN)),
        choice(
            "confidence",
            _CONFIDENCE,
            ("ของทั้งโครงการ ว่าง = ไม่ทราบ", "Of the record as a whole; empty: unknown"),
            CONFIDENCES,
            default="unknown",
        ),
    ),
)

_PROJECT = plain(
    "code",
    ("รหัสโครงการ", "Code"),
    ("รหัสที่มีในแผ่น projects", "A code of the sheet projects"),
    parse=parse_code,
    required=True,
)
_NOTES = (
    plain("note_th", ("หมายเหตุ", "Note, Thai"), ("ข้อควรรู้", "What a reader should know")),
    plain("note_en", ("หมายเหตุ อังกฤษ", "Note, English"), (_EMPTY_TH, _EMPTY_EN)),
)
_SOURCE = plain(
    "source",
    ("แหล่งที่มา", "Source"),
    ("เอกสารหรือที่อยู่เว็บ", "A document or an address on the web"),
)

SITES: Final = Sheet(
    "sites",
    (
        _PROJECT,
        plain(
            "position",
            ("ลำดับ", "Position"),
            ("1, 2, 3 … ภายในโครงการ", "1, 2, 3 … within the project"),
            parse=parse_number(1, 999, whole=True),
            required=True,
        ),
        plain("name_th", ("ชื่อที่ตั้ง", "Site, Thai"), ("ชื่อภาษาไทย", "Thai name"), required=True),
        plain("name_en", ("ชื่อที่ตั้ง อังกฤษ", "Site, English"), (_EMPTY_TH, _EMPTY_EN)),
        choice(
            "rule",
            ("กฎการวาง", "Placement rule"),
            ("บอกว่าอ่านตำแหน่งจากคอลัมน์ใด", "Tells which of the next columns say where"),
            RULES,
            required=True,
        ),
        plain(
            "lon",
            ("ลองจิจูด", "Longitude"),
            ("จุดพิกัด: องศาทศนิยม WGS 84", "Point: decimal degrees, WGS 84"),
            parse=parse_number(-180, 180),
        ),
        plain(
            "lat",
            ("ละติจูด", "Latitude"),
            ("จุดพิกัด: องศาทศนิยม WGS 84", "Point: decimal degrees, WGS 84"),
            parse=parse_number(-90, 90),
        ),
        members(
            "tambon",
            ("รหัสตำบล", "Sub-district codes"),
            (
                "เขต: รหัส 6 หลัก คั่นด้วย , จุด: ตำบลที่แหล่งข้อมูลระบุ",
                "Area: 6-digit codes, separated by commas. Point: the one its source names",
            ),
            ",;",
            TAMBON_PATTERN,
        ),
        members(
            "amphoe",
            ("รหัสอำเภอ", "District codes"),
            ("เขต: รหัส 4 หลัก คั่นด้วย ,", "Area: 4-digit codes, separated by commas"),
            ",;",
            AMPHOE_PATTERN,
        ),
        members(
            "bus_lines",
            ("สายรถประจำทาง", "Bus lines"),
            ("เส้นทาง: รหัสสาย เช่น airport-rawai", "Route: line ids, such as airport-rawai"),
            ",;",
        ),
        members(
            "roads",
            ("ทางหลวงหมายเลข", "Highway numbers"),
            ("เส้นทาง: เช่น 402, 4021", "Route: such as 402, 4021"),
            ",;",
        ),
        plain(
            "distance_m",
            ("ระยะจากฝั่ง เมตร", "Distance from the shore, m"),
            (f"แนวทะเล: ไม่เกิน {MAX_BUFFER_M:,}", f"Waters: at most {MAX_BUFFER_M:,}"),
            parse=parse_number(0, MAX_BUFFER_M),
        ),
        plain(
            "clip",
            ("กรอบตัด", "Clip"),
            (
                "เส้นทางหรือแนวทะเล: ตะวันตก, ใต้, ตะวันออก, เหนือ (องศา)",
                "Route or waters: west, south, east, north in degrees",
            ),
            parse=parse_clip,
            write=partial(write_members, ", "),
        ),
        choice(
            "precision",
            ("ความละเอียดตำแหน่ง", "Precision"),
            ("ว่าง = ไม่ทราบ", "Empty: unknown"),
            PRECISIONS,
            default="unknown",
        ),
        answer(
            "is_marine",
            ("อยู่ทะเลหรือท่าเรือ", "Marine"),
            ("ใช่ = อยู่ในน้ำได้", "Yes: may lie in the water"),
            default=False,
        ),
        choice(
            "confidence",
            _CONFIDENCE,
            ("ว่าง = ไม่ทราบ", "Empty: unknown"),
            CONFIDENCES,
            default="unknown",
        ),
        _SOURCE,
        *_NOTES,
    ),
)

SOURCES: Final = Sheet(
    "sources",
    (
        _PROJECT,
        choice(
            "field",
            ("ข้อมูล", "Field"),
            ("ข้อมูลใดของโครงการ", "Which field of the project"),
            FIELDS,
            required=True,
        ),
        choice(
            "confidence",
            _CONFIDENCE,
            (
                "ตรวจสอบแล้ว = จังหวัดหรือเจ้าของโครงการยืนยัน",
                "Verified: the province or the owner of the project confirms it",
            ),
            CONFIDENCES,
            required=True,
        ),
        _SOURCE,
        plain("source_date", ("วันที่ของแหล่งที่มา", "Date of the source"), _DATE, parse=parse_date),
        *_NOTES,
    ),
)

SHEETS: Final = (PROJECTS, SITES, SOURCES)
