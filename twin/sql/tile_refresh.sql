-- Keeps tile.<table> in step with layer.<table> (a table, or a view over a changed one).
--
-- twin.tile_columns(layer text) returns text: the columns that tile.<layer> copies.
-- twin.tile_fill(layer text): copies every row; the loader calls it once, after the rows are in.
-- twin.tile_refresh(): statement trigger, transition tables `old_rows` and `new_rows`; its one
--   argument is the layer. Rows are re-read through layer.<layer>, so a view may add columns.
-- CRS: layer.geom is EPSG:4326, tile.geom EPSG:3857. Index relied on: the primary keys.

CREATE FUNCTION twin.tile_columns(layer text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(format(', %I', attname), '' ORDER BY attnum), '')
    FROM pg_attribute
    WHERE attrelid = format('tile.%I', layer)::regclass
      AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      AND attname NOT IN ('id', 'geom')
$$;

CREATE FUNCTION twin.tile_fill(layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO tile.%1$I (id, geom%2$s)'
        ' SELECT id, ST_Transform(geom, 3857)%2$s FROM layer.%1$I WHERE geom IS NOT NULL',
        layer, twin.tile_columns(layer));
END
$$;

CREATE FUNCTION twin.tile_refresh() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    layer text := TG_ARGV[0];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('TRUNCATE tile.%I', layer);
        RETURN NULL;
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        EXECUTE format('DELETE FROM tile.%I WHERE id IN (SELECT id FROM old_rows)', layer);
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN
        EXECUTE format(
            'INSERT INTO tile.%1$I (id, geom%2$s)'
            ' SELECT id, ST_Transform(geom, 3857)%2$s FROM layer.%1$I'
            ' WHERE geom IS NOT NULL AND id IN (SELECT id FROM new_rows)',
            layer, twin.tile_columns(layer));
    END IF;
    RETURN NULL;
END
$$;

-- twin.tile_watch(source regclass, layer text): puts the triggers on the table that is edited.
CREATE FUNCTION twin.tile_watch(source regclass, layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER tile_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION twin.tile_refresh(%L)', source, layer);
    EXECUTE format(
        'CREATE TRIGGER tile_update AFTER UPDATE ON %s'
        ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION twin.tile_refresh(%L)', source, layer);
    EXECUTE format(
        'CREATE TRIGGER tile_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION twin.tile_refresh(%L)', source, layer);
    EXECUTE format(
        'CREATE TRIGGER tile_truncate AFTER TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION twin.tile_refresh(%L)', source, layer);
END
$$;
