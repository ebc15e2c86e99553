"""Running what the browser runs, in Node.js."""

import json
import shutil
import subprocess
from pathlib import Path

from twin.analysis.compact import open_pieces

SOURCE = Path(__file__).parents[1] / "web" / "src" / "analysis"
REACH = """
import { readFileSync } from 'node:fs';
const [source, folder, direction, places] = process.argv.slice(1);
const { openNetwork, openDemand } = await import(`${source}/network.js`);
const { reach } = await import(`${source}/search.js`);
const read = (name) => new Uint8Array(readFileSync(`${folder}/${name}.bin`)).buffer;
const network = openNetwork(read('network'));
const demand = openDemand(read('demand'), network);
const found = reach(network, demand, JSON.parse(places), { direction });
console.log(JSON.stringify([...found].map(String)));
"""
SNAP = """
import { readFileSync } from 'node:fs';
const [source, folder, points] = process.argv.slice(1);
const { openNetwork } = await import(`${source}/network.js`);
const { snap } = await import(`${source}/snap.js`);
const network = openNetwork(new Uint8Array(readFileSync(`${folder}/network.bin`)).buffer);
console.log(JSON.stringify(JSON.parse(points).map(([lon, lat]) => snap(network, lon, lat, 40))));
"""


def run_node(script, *told):
    """Return what a script of the browser's code prints, which Node.js runs as it stands."""
    command = [shutil.which("node"), "--input-type=module", "-e", script, "--", SOURCE.as_uri()]
    done = subprocess.run([*command, *map(str, told)], capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def to_places(network, mode, sites):
    """Return places on streets as the browser has them."""
    pieces = open_pieces(network, mode).tolist()
    rows = zip(sites.edge.tolist(), sites.fraction.tolist(), sites.offset_m.tolist(), strict=True)
    return [
        {"piece": pieces.index(edge), "fraction": fraction, "offset": offset}
        for edge, fraction, offset in rows
    ]
