"""pandana's nearest facility of every node; run by the Python that has pandana.

Arguments: IN.npz (node_xy, tail, head, cost, facilities) OUT.npz (impedance, facility, ms, build_s)
and the number of runs.
"""

import sys
import time

import numpy as np
import pandana
import pandas as pd

given = np.load(sys.argv[1])
x, y = (pd.Series(axis) for axis in given["node_xy"].T)
started = time.perf_counter()
network = pandana.Network(
    x,
    y,
    pd.Series(given["tail"]),
    pd.Series(given["head"]),
    pd.DataFrame({"cost": given["cost"]}),
    twoway=False,
)
build_s = time.perf_counter() - started
places = given["facilities"]
farthest = float(given["farthest"])
network.set_pois("facility", farthest, 1, x[places], y[places])
took = []
for _ in range(int(sys.argv[3])):
    started = time.perf_counter()
    found = network.nearest_pois(farthest, "facility", num_pois=1, include_poi_ids=True)
    took.append((time.perf_counter() - started) * 1000)
np.savez(
    sys.argv[2],
    impedance=found[1].to_numpy(),
    facility=found["poi1"].fillna(-1).to_numpy().astype(np.int64),
    ms=np.array(took),
    build_s=build_s,
)
