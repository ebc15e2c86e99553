"""The generated documents say what is true now."""

import pytest

from layers.documents import documents


@pytest.mark.parametrize(
    ("path", "text"), documents().items(), ids=lambda value: getattr(value, "name", "")
)
def test_document_says_what_its_source_says(path, text):
    assert path.read_text(encoding="utf-8") == text, "run scripts/dev docs"
