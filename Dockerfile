# One image for the API, the worker and the migrations; compose.yaml says which command does what.
# Each RUN, HEALTHCHECK and CMD is a command that tests/deploy runs without a container engine.

FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock ./
COPY scripts/image_install.sh scripts/
RUN sh scripts/image_install.sh python /opt/clauses

FROM python:3.13-slim
ENV PATH=/opt/clauses/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/srv/clauses \
    PYTHONUNBUFFERED=1 \
    CLAUSES_ENVIRONMENT=production
WORKDIR /srv/clauses
COPY --from=build /opt/clauses /opt/clauses
COPY --from=build --chown=10001:10001 /opt/clauses/data /srv/clauses/var
COPY scripts/check_imports.py scripts/healthcheck.py scripts/
COPY migrations migrations
COPY app app
USER 10001:10001
RUN python scripts/check_imports.py
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "scripts/healthcheck.py"]
CMD ["python", "-m", "app.cli", "serve", "--host", "0.0.0.0", "--port", "8000"]
