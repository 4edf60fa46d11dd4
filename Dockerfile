FROM python:3.13.9-slim-bookworm@sha256:b685a4fa58bb19d1814d78a1ec0f0208f351452724f78b20212c984d6e124a34 AS dependencies
COPY requirements.run.lock /
RUN python -m venv /opt/accord \
 && /opt/accord/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /requirements.run.lock

FROM python:3.13.9-slim-bookworm@sha256:b685a4fa58bb19d1814d78a1ec0f0208f351452724f78b20212c984d6e124a34
RUN useradd --system --uid 10001 --no-create-home accord && install -d -o accord /documents /backups
COPY --from=dependencies /opt/accord /opt/accord
WORKDIR /accord
COPY alembic alembic
COPY plans plans
COPY rules rules
COPY logs logs
COPY telemetry telemetry
COPY proof proof
COPY db db
COPY workflows workflows
COPY api api
COPY cli cli
COPY pyproject.toml ./
COPY docker/entry.sh docker/backups.sh docker/
ENV PATH=/opt/accord/bin:$PATH PYTHONPATH=/accord PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Compiled here, because the user below can't write: the workflow sandbox would compile its modules again for each run.
RUN python -m compileall -q proof rules logs telemetry db workflows api cli
USER accord
VOLUME /documents /backups
ENTRYPOINT ["sh", "/accord/docker/entry.sh", "python", "-m", "cli.entry_point"]
CMD ["--help"]
