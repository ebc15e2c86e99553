"""Faults that the database reports, whichever driver brings them."""

from __future__ import annotations

from functools import partial
from typing import Final

from twin.errors import DatabaseUnavailableError, InvalidInputError, SetupError, TooLargeError

TOO_SLOW: Final = partial(
    TooLargeError,
    "The query took too long and was cancelled; ask for a smaller area or fewer layers.",
    "การค้นหาใช้เวลานานเกินกำหนดจึงถูกยกเลิก โปรดเลือกพื้นที่เล็กลงหรือชั้นข้อมูลน้อยลง",
)

DISK_FULL: Final = partial(
    SetupError,
    "The disk of the database is full; free some space, then run this again."
    " Nothing was half-written.",
    "ดิสก์ของฐานข้อมูลเต็ม โปรดเพิ่มพื้นที่ว่างแล้วสั่งอีกครั้ง ไม่มีข้อมูลใดถูกเขียนค้างไว้",
)

UNUSABLE_GEOMETRY: Final = partial(
    InvalidInputError,
    "PostGIS cannot work with this geometry; check that it does not cross itself.",
    "PostGIS ประมวลผลรูปทรงนี้ไม่ได้ โปรดตรวจสอบว่าเส้นขอบไม่ตัดกันเอง",
    parameter="geometry",
)

UNUSABLE_VALUE: Final = partial(
    InvalidInputError,
    "A value in `filter` leads nowhere: a number becomes too large, or a pattern ends in a"
    " backslash.",
    "ค่าใน `filter` ใช้ไม่ได้: ผลคำนวณใหญ่เกินไป หรือรูปแบบข้อความลงท้ายด้วยเครื่องหมาย \\",
    parameter="filter",
)

UNUSABLE_TEXT: Final = partial(
    InvalidInputError,
    "A text holds a NUL character (U+0000), which cannot be kept; leave it out.",
    "ข้อความมีอักขระ NUL (U+0000) ซึ่งเก็บไม่ได้ โปรดตัดออก",
)

NO_ANSWER: Final = partial(
    DatabaseUnavailableError,
    "The database does not answer. Check that its server runs, and the address in"
    " TWIN_DB__URL if you gave one.",
    "ฐานข้อมูลไม่ตอบสนอง โปรดตรวจว่าเซิร์ฟเวอร์ทำงานอยู่ และที่อยู่ใน TWIN_DB__URL หากกำหนดไว้",
)
