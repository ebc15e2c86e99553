"""The process of one job: modest, and refused more memory than it may have."""

import subprocess
import sys

import pytest

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
