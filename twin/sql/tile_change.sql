-- Tells which tiles an edit touches, to whoever keeps copies of tiles.
--
-- twin.change: one row a statement that changed what tiles show. `boxes` are the old and the new
--   extents, each {west, south, east, north} in EPSG:3857 metres, without the tile's margin; null:
--   the layer as a whole (loaded, retired, truncated). `xact` is the transaction that wrote the row:
--   a reader that has seen all transactions before N asks for `xact >= N`, since rows do not become
--   visible in the order of `id`. Channel `twin_change` wakes the readers, without a payload.
-- twin.announce(layer text, boxes double precision[]): writes such a row; rows older than a week go.
-- twin.tile_refresh(): as in tile_refresh.sql, and announces.
-- twin.tile_pieces(target regclass): gives a tile table of areas a table <name>$piece, which holds each
--   area cut by the tiles of zoom 12 (`x`, `y`; margin included) and is kept by a trigger. A tile of
--   a greater zoom lies in one of them, so it reads a piece and not the whole coast; the cuts lie
--   beyond what it draws. The index on `geom` is made by the caller, after filling. An area of more than 65,536 pieces stays whole (`x` and `y` -1).
-- twin.tile_cut(): statement trigger of a tile table, transition table `new_rows`.
-- twin.layer_swap(layer text): as in tile_refresh.sql, and announces.
-- twin.layer_announce(), twin.project_announce(): triggers of the catalogue and of the register.
-- twin.store_plain(target regclass): keeps the geometries of a table uncompressed from now on. Large
--   areas are read for every tile and every question; unpacking them costs more than clipping them.
-- Index relied on: primary keys, twin.ix_change_xact, twin.ix_change_changed_at.

CREATE FUNCTION twin.announce(layer text, boxes double precision[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO twin.change (layer_id, boxes) VALUES (layer, boxes);
    PERFORM pg_notify('twin_change', '');
    DELETE FROM twin.change WHERE id IN (
        SELECT id FROM twin.change WHERE changed_at < now() - interval '7 days'
        ORDER BY changed_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
END
$$;

CREATE FUNCTION twin.store_plain(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT attname FROM pg_attribute
        WHERE attrelid = target AND attnum > 0 AND NOT attisdropped
          AND atttypid = 'geometry'::regtype
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE EXTERNAL', target, name);
    END LOOP;
END
$$;

CREATE FUNCTION twin.tile_cut() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    side constant text := '9783.939620502561';  -- metres, of a tile of zoom 12
    half constant text := '20037508.342789244';
    cut constant text := replace(replace(
        'WITH span AS (SELECT id, geom,'
        ' floor((ST_XMin(geom) + half) / side - 0.016)::int AS west,'
        ' floor((ST_XMax(geom) + half) / side + 0.016)::int AS east,'
        ' floor((half - ST_YMax(geom)) / side - 0.016)::int AS north,'
        ' floor((half - ST_YMin(geom)) / side + 0.016)::int AS south FROM new_rows)'
        ' INSERT INTO %1$I.%2$I (id, x, y, geom)'
        ' SELECT id, x, y, piece FROM span,'
        ' generate_series(greatest(west, 0), least(east, 4095)) AS x,'
        ' generate_series(greatest(north, 0), least(south, 4095)) AS y,'
        ' LATERAL (SELECT ST_ClipByBox2D(geom, ST_TileEnvelope(12, x, y, margin => 0.015625))'
        ' AS piece) AS clipped'
        ' WHERE (east - west + 1)::bigint * (south - north + 1) <= 65536 AND NOT ST_IsEmpty(piece)'
        ' UNION ALL SELECT id, -1, -1, geom FROM span'
        ' WHERE (east - west + 1)::bigint * (south - north + 1) > 65536',
        'half', half), 'side', side);
BEGIN
    EXECUTE format(cut, TG_TABLE_SCHEMA, TG_TABLE_NAME || '$piece');
    RETURN NULL;
END
$$;

CREATE FUNCTION twin.tile_pieces(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place text;
    name text;
BEGIN
    SELECT nspname, relname || '$piece' INTO place, name
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = target;
    EXECUTE format(
        'CREATE TABLE %1$I.%2$I (id bigint NOT NULL REFERENCES %3$s ON DELETE CASCADE,'
        ' x int NOT NULL, y int NOT NULL, geom geometry(Geometry, 3857) NOT NULL)', place, name, target);
    EXECUTE format('CREATE INDEX ON %1$I.%2$I (id)', place, name);
    PERFORM twin.store_plain(format('%I.%I', place, name)::regclass);
    EXECUTE format(
        'CREATE TRIGGER tile_cut AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows'
        ' FOR EACH STATEMENT EXECUTE FUNCTION twin.tile_cut()', target);
END
$$;

CREATE OR REPLACE FUNCTION twin.tile_refresh() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    layer text := TG_ARGV[0];
    -- One box a row for an edit of up to 200 rows; else one for each square of 2.4 km.
    boxes constant text :=
        ' SELECT array_agg(ARRAY[w, s, e, n]) FROM ('
        ' SELECT min(ST_XMin(geom)) w, min(ST_YMin(geom)) s, max(ST_XMax(geom)) e,'
        ' max(ST_YMax(geom)) n FROM (SELECT geom, count(*) OVER () AS rows,'
        ' row_number() OVER () AS number FROM changed) AS each GROUP BY'
        ' CASE WHEN rows <= 200 THEN number END,'
        ' CASE WHEN rows > 200 THEN floor(ST_XMin(geom) / 2445.98) END,'
        ' CASE WHEN rows > 200 THEN floor(ST_YMin(geom) / 2445.98) END) AS box';
    gone double precision[];
    come double precision[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('TRUNCATE tile.%I CASCADE', layer);  -- with its pieces
        PERFORM twin.announce(layer, NULL);
        RETURN NULL;
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        EXECUTE format(
            'WITH changed AS (DELETE FROM tile.%I WHERE id IN (SELECT id FROM old_rows)'
            ' RETURNING geom)' || boxes, layer) INTO gone;
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN
        EXECUTE format(
            'WITH changed AS (INSERT INTO tile.%1$I (id, geom%2$s)'
            ' SELECT id, ST_Transform(geom, 3857)%2$s FROM layer.%1$I'
            ' WHERE geom IS NOT NULL AND id IN (SELECT id FROM new_rows)'
            ' RETURNING geom)' || boxes,
            layer, twin.tile_columns(format('tile.%I', layer)::regclass)) INTO come;
    END IF;
    IF gone IS NOT NULL OR come IS NOT NULL THEN
        PERFORM twin.announce(layer, coalesce(gone || come, gone, come));
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION twin.layer_swap(layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS tile.%I', layer || '$piece');
    EXECUTE format('DROP TABLE IF EXISTS layer.%1$I, tile.%1$I', layer);
    EXECUTE format('ALTER TABLE stage.%I SET SCHEMA layer', layer);
    IF to_regclass(format('stage_tile.%I', layer)) IS NOT NULL THEN
        EXECUTE format('ALTER TABLE stage_tile.%I SET SCHEMA tile', layer);
        EXECUTE format('ALTER TABLE IF EXISTS stage_tile.%I SET SCHEMA tile', layer || '$piece');
        PERFORM twin.tile_watch(format('layer.%I', layer)::regclass, layer);
    END IF;
    PERFORM twin.announce(layer, NULL);
END
$$;

CREATE FUNCTION twin.layer_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM twin.announce(coalesce(NEW.id, OLD.id), NULL);
    RETURN NULL;
END
$$;

CREATE TRIGGER layer_announce AFTER INSERT OR UPDATE OR DELETE ON twin.layer
    FOR EACH ROW EXECUTE FUNCTION twin.layer_announce();

-- Tiles of sites carry the project's name and status: writing a site anew refreshes its tile row.
CREATE FUNCTION twin.project_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE twin.project_site SET position = position
    WHERE project_code IN (SELECT code FROM new_rows);
    RETURN NULL;
END
$$;

CREATE TRIGGER project_announce AFTER UPDATE ON twin.project
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION twin.project_announce();
