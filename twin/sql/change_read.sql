-- The changes of transactions that a reader has not seen, and how far this look sees.
-- $1 bigint: all transactions before it were seen; null: only how far this look sees.
-- Columns: xmin (all transactions before it are seen now), xmax (none from it on has begun), now_s
--   (seconds), and id, xact, layer_id, boxes of each change, in order; null where there is none.
-- Index relied on: twin.ix_change_xact.

SELECT look.xmin, look.xmax, look.now_s, change.id, change.xact, change.layer_id, change.boxes
FROM (
    SELECT
        pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax,
        extract(epoch FROM now())::float8 AS now_s
) AS look
LEFT JOIN twin.change ON change.xact >= $1
ORDER BY change.id
