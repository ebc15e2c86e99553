-- Announces edits of layers without geometry, as tile_change.sql does those of layers with tiles.
--
-- twin.table_announce(): statement trigger; its one argument is the layer.
-- twin.table_watch(source regclass, layer text): puts the trigger on a table; called when a layer
--   of kind `table` is published.

CREATE FUNCTION twin.table_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM twin.announce(TG_ARGV[0], NULL);
    RETURN NULL;
END
$$;

CREATE FUNCTION twin.table_watch(source regclass, layer text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER table_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s'
        ' FOR EACH STATEMENT EXECUTE FUNCTION twin.table_announce(%L)', source, layer);
END
$$;
