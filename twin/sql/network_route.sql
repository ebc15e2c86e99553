-- The quickest way by car between two nodes of the road network, with pgRouting 3 or newer.
-- Other modes: cost_walk and reverse_cost_walk, cost_motorcycle and reverse_cost_motorcycle.
-- $1, $2 bigint: ids in twin.network_node of the network `road`.
-- Columns: seq, node, seconds so far, road_id (id in layer.road), geom (EPSG:4326) of each piece;
--   the last row is the goal, without a piece. No rows: there is no way.
-- Index relied on: the primary key of twin.network_edge.

SELECT route.seq, route.node, route.agg_cost AS seconds, edge.road_id, edge.geom
FROM pgr_dijkstra(
    'SELECT id, source, target, cost_car AS cost, reverse_cost_car AS reverse_cost
     FROM twin.network_edge WHERE network_id = ''road''',
    $1, $2, directed => true
) AS route
LEFT JOIN twin.network_edge AS edge ON edge.network_id = 'road' AND edge.id = route.edge
ORDER BY route.seq
