"""`twin network`: built, told in both languages, read again, and what cannot be built."""

import re

import pytest


def test_network_of_the_bundled_edition_is_built_and_shown(twin):
    built = twin("network", "build")
    assert built.code == 0, built.err
    for words in ("จุดเชื่อม", "nodes", "dead ends", "residential", "Parts after joining: 1:"):
        assert words in built.out
    assert "one-way" in built.out
    table = built.out.partition("▸ ")[0]
    assert "lines" in table
    assert "street" not in table  # they may be lines of any layer
    shown = twin("network", "show")
    assert shown.code == 0
    assert built.out.strip() in shown.out
    again = twin("network", "build")
    assert again.out.strip() == built.out.strip()


def test_network_that_is_not_built_is_told_how_to_build(twin):
    missing = twin("network", "show", "--layer", "waterway", "--ferries")
    assert missing.code == 1
    assert missing.err.count("twin network build --layer waterway --ferries") == 2


def test_counts_of_the_table_are_those_of_the_network(twin, starter):
    built = twin("network", "build", "--ferries")
    revision = re.search(r"revision ([0-9a-f]{16})", built.out).group(1)
    folders = [
        path.name for path in (starter.network_dir / "road+ferries").iterdir() if path.is_dir()
    ]
    assert [name[:16] for name in folders] == [revision]


@pytest.mark.parametrize(
    ("layer", "told"), [("nowhere", "no layer `nowhere`"), ("tambon", "holds no lines")]
)
def test_what_is_no_street_layer_is_told_in_both_languages(twin, layer, told):
    done = twin("network", "build", "--layer", layer)
    assert done.code == 1
    assert told in done.err
    assert done.err.count("✗") == 2
    assert "road" in done.err
