"""Which encoding a Thai text is in: UTF-8, or the Windows-874 (TIS-620) of older tools."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from layers.faults import Fault, fault
from twin.errors import LayerFileError
from twin.types import Text

WINDOWS_874 = "cp874"

#: A vowel or tone mark that hangs on nothing: what Latin letters look like when read as Thai.
_STRAY_MARK = re.compile(r"(?<![\u0e01-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


def detect_encoding(values: Iterable[bytes], name: str) -> str:
    """Return `utf-8` or `cp874` for texts in one of them.

    Parameters
    ----------
    values
        Texts as bytes; some may be cut off inside a letter, as fields of fixed width are.
    name
        The file's name, for the message.

    Raises
    ------
    LayerFileError
        The texts are in neither; the encoding has to be declared.
    """
    texts = [value for value in values if not value.isascii()]
    whole = [text for text in texts if _is_utf8(text, is_cut=False)]
    if not texts or (whole and all(_is_utf8(text, is_cut=True) for text in texts)):
        return "utf-8"
    if all(_is_thai(text) for text in texts):
        return WINDOWS_874
    raise LayerFileError(
        f"{name}: the text is neither UTF-8 nor Windows-874 (TIS-620). Declare its"
        " encoding (`--encoding`, or `encoding` in the manifest), or save it as UTF-8.",
        f"{name}: ข้อความไม่ใช่ UTF-8 และไม่ใช่ Windows-874 (TIS-620)"
        " โปรดระบุรหัสอักขระ (`--encoding` หรือ `encoding` ในไฟล์กำกับชั้นข้อมูล)"
        " หรือบันทึกใหม่เป็น UTF-8",
        parameter="encoding",
    )


def decode(value: bytes, encoding: str) -> str:
    """Decode a text that may be cut off inside its last letter."""
    return codecs.getincrementaldecoder(encoding)().decode(value)


def known_codec(label: str | None) -> str | None:
    """Return Python's name of an encoding as files label it; None for what it does not know.

    Examples
    --------
    >>> known_codec("ANSI 874"), known_codec("UTF-8"), known_codec("klingon"), known_codec(None)
    ('cp874', 'utf-8', None, None)
    """
    if not label:
        return None
    plain = label.strip().lower().removeprefix("ansi").strip()
    if plain in {"874", "tis-620", "tis620", "windows-874"}:
        return WINDOWS_874
    try:
        return codecs.lookup(plain).name
    except LookupError:
        return None


def declared_codec(label: str | None, name: str) -> str | None:
    """Return Python's name of a declared encoding; None where none is declared.

    Raises
    ------
    LayerFileError
        There is no such encoding.
    """
    codec = known_codec(label)
    if label and codec is None:
        raise LayerFileError(
            f"{name}: there is no encoding “{label}”; write it like cp874 or utf-8.",
            f"{name}: ไม่รู้จักรหัสอักขระ “{label}” โปรดเขียนแบบ cp874 หรือ utf-8",
            parameter="encoding",
        )
    return codec


def encoding_fault(encoding: str, label: str | None) -> list[Fault]:
    """Return a note where the text is not UTF-8, or not what the file itself says."""
    told = known_codec(label)
    if encoding == "utf-8" and told in (None, "utf-8"):
        return []
    if told in (None, encoding):
        text = Text(
            f"ข้อความเป็น {encoding} แปลงเป็น UTF-8 แล้ว",
            f"the text is {encoding}; read as such into UTF-8",
        )
    else:
        text = Text(
            f"ไฟล์ระบุว่าเป็น {label} แต่ข้อความเป็น {encoding} จึงอ่านเป็น {encoding}",
            f"the file says {label}, but its text is {encoding}; read as {encoding}",
        )
    return [fault(None, None, "text_encoding", encoding, text)]


def _is_utf8(text: bytes, *, is_cut: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text, final=not is_cut)
    except UnicodeDecodeError:
        return False
    return True


def _is_thai(text: bytes) -> bool:
    try:
        return not _STRAY_MARK.search(text.decode(WINDOWS_874))
    except UnicodeDecodeError:
        return False
