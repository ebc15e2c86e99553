-- layer.project_site: the sites of projects as a layer, readable by QGIS; one row a placed site.
-- Columns: id, project_code, domain, name_th, name_en (of the project), site_th, site_en, status,
--   rule, precision, confidence, geom (EPSG:4326). Source: twin.project_site, twin.project.
-- tile.project_site: what tiles read of it, kept by the triggers of tile_refresh.sql.

CREATE VIEW layer.project_site AS
SELECT site.id, site.project_code, domain.id AS domain, project.name_th, project.name_en,
    site.name_th AS site_th, site.name_en AS site_en, project.status,
    site.rule, site.precision, site.confidence, site.geom
FROM twin.project_site AS site
JOIN twin.project ON project.code = site.project_code
JOIN twin.domain ON domain.code = project.domain_code
WHERE site.geom IS NOT NULL;

COMMENT ON VIEW layer.project_site IS 'ที่ตั้งของโครงการ | Sites of the projects';

CREATE TABLE tile.project_site (
    id bigint PRIMARY KEY,
    project_code text,
    domain text,
    name_th text,
    name_en text,
    status text,
    precision text,
    min_zoom smallint GENERATED ALWAYS AS (6) STORED,
    geom geometry(Geometry, 3857) NOT NULL,
    geom_8 geometry(Geometry, 3857)
        GENERATED ALWAYS AS (ST_SimplifyPreserveTopology(geom, 152.874)) STORED,
    geom_10 geometry(Geometry, 3857)
        GENERATED ALWAYS AS (ST_SimplifyPreserveTopology(geom, 38.219)) STORED,
    geom_12 geometry(Geometry, 3857)
        GENERATED ALWAYS AS (ST_SimplifyPreserveTopology(geom, 9.555)) STORED
);
CREATE INDEX ix_project_site_tile_geom ON tile.project_site USING gist (geom);
CREATE INDEX ix_project_site_tile_geom_8 ON tile.project_site USING gist (geom_8);
CREATE INDEX ix_project_site_tile_geom_10 ON tile.project_site USING gist (geom_10);
CREATE INDEX ix_project_site_tile_geom_12 ON tile.project_site USING gist (geom_12);

SELECT twin.tile_watch('twin.project_site', 'project_site');
