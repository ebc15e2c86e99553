# The app alone; compose.yaml puts it beside a PostGIS. Untested where no container engine is at hand.
FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 twin
WORKDIR /srv/twin
COPY --chown=twin . .
RUN chown twin /srv/twin
USER 1000
ENV TWIN_HOME=/srv/twin/.twin TWIN_DB__URL=postgresql://unused
RUN . scripts/lib.sh && prepare
ENV TWIN_API__HOST=0.0.0.0
CMD [".twin/venv/bin/twin", "up"]
