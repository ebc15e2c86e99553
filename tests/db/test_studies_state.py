"""States of the database: another number whenever something has changed."""

from sqlalchemy import text

from twin.db.engine import make_engine
from twin.studies.state import States


def test_state_is_another_after_changes_are_counted_anew(new_database):
    """As they are where a backup was restored."""
    engine, states = make_engine(new_database("states")), States()

    def change(*before):
        with engine.begin() as connection:
            for statement in (*before, "SELECT twin.announce('road', NULL)"):
                connection.execute(text(statement))
        return states.now(engine)

    try:
        numbers = [states.now(engine), states.now(engine), change(), change()]
        anew = "DELETE FROM twin.change", "SELECT setval('twin.change_id_seq', 2, false)"
        numbers.append(change(*anew))
    finally:
        engine.dispose()
    first = numbers[0]
    assert numbers == [first, first, first + 1, first + 2, first + 3]
