"""The process of one job: modest, and refused more memory than it may have."""

import subprocess
import sys
from time import monotonic

import pytest

from twin.jobs.running import open_context
from twin.settings import DbSettings, JobSettings, Settings

MODEST = """
import os
from twin.jobs.running import be_modest
from twin.settings import JobSettings

be_modest(JobSettings(memory_mb=500))
taken = bytearray(50_000_000)
try:
    bytearray(600_000_000)
except MemoryError:
    print("refused", os.nice(0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not limit data")
def test_job_is_refused_more_memory_than_it_may_have():
    told = subprocess.run(
        [sys.executable, "-c", MODEST], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["refused", "5"]


def test_job_knows_when_its_time_is_over(tmp_path):
    nowhere = DbSettings(url="postgresql://nobody@localhost:1/none")
    settings = Settings(home=tmp_path, db=nowhere, jobs=JobSettings(timeout_s=600))
    before = monotonic()
    with open_context(settings) as context:
        assert before + 600 <= context.ends <= monotonic() + 600
