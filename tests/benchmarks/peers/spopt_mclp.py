"""spopt's MCLP, proven by HiGHS; run by the Python that has spopt.

Arguments: IN.npz (impedance with a row for each person's place, weight, threshold, p) OUT.npz
(objective, build_s, solve_s).
"""

import sys
import time

import numpy as np
import pulp
from spopt.locate import MCLP

given = np.load(sys.argv[1])
started = time.perf_counter()
problem = MCLP.from_cost_matrix(
    given["impedance"], given["weight"], float(given["threshold"]), int(given["p"])
)
built = time.perf_counter()
problem = problem.solve(pulp.HiGHS(msg=False))
np.savez(
    sys.argv[2],
    objective=pulp.value(problem.problem.objective),
    build_s=built - started,
    solve_s=time.perf_counter() - built,
)
