"""Numbers of answers as they are shown."""

from math import copysign

from twin.analysis.tally import Totals
from twin.studies.writing import write_people


def test_nobody_unserved_is_never_minus_nobody():
    served, unknown = 17836.22349928085, 8145.776500719148
    people = write_people(Totals(15, 25982.0, served, 0.0, unknown))
    assert copysign(1, people.unserved) == 1
    assert people.served + people.unserved + people.unknown == people.total
