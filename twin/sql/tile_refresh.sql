-- Keeps tile.<layer> in step with layer.<layer> (a table, or a view over the table that is edited).
--
-- twin.tile_columns(target regclass) returns text: the columns a tile table copies, with commas.
-- twin.tile_fill(source regclass, target regclass): copies every row.
-- twin.tile_refresh(): statement trigger, transition tables `old_rows` and `new_rows`; its one
--   argument is the layer. Rows are re-read through layer.<layer>, so a view may add columns.
-- twin.tile_watch(source regclass, layer text): puts the triggers on the table that is edited.
-- twin.layer_swap(layer text): puts stage.<layer> and stage_tile.<layer> in the place of the old
--   tables; readers see the old layer until the transaction commits.
-- CRS: layer.geom is EPSG:4326, tile.geom EPSG:3857. Index relied on: the primary keys.

CREATE OR REPLACE FUNCTION twin.tile_columns(target regclass) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(format(', %I', attname), '' ORDER BY attnum), '')
    FROM pg_attribute
    WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      AND attname NOT IN ('id', 'geom')
$$;

CREATE OR REPLACE FUNCTION twin.tile_fill(source regclass, target regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %2$s (id, geom%3$s)'
        ' SELECT id, ST_Transform(geom, 3857)%3$s FROM %1$s WHERE geom IS NOT NULL',
        source, target, twin.tile_columns(target));
END
$$;

CREATE OR REPLACE FUNCTION twin.tile_refresh() RETURNS trigger LANGUAGE plpgsql AS $$
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
            layer, twin.tile_columns(format('tile.%I', layer)::regclass));
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION twin.tile_watch(source regclass, layer text) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION twin.layer_swap(layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS layer.%1$I, tile.%1$I', layer);
    EXECUTE format('ALTER TABLE stage.%I SET SCHEMA layer', layer);
    IF to_regclass(format('stage_tile.%I', layer)) IS NOT NULL THEN
        EXECUTE format('ALTER TABLE stage_tile.%I SET SCHEMA tile', layer);
        PERFORM twin.tile_watch(format('layer.%I', layer)::regclass, layer);
    END IF;
END
$$;
