# syntax=docker/dockerfile:1
FROM node:24-slim AS sites
WORKDIR /build
COPY schema.graphql ./
COPY examples examples
COPY web web
RUN cd web/explorer && npm ci && npm run build
RUN cd examples/marketplace && npm ci && npm run build

FROM python:3.13-slim AS build
WORKDIR /build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
COPY requirements-uv.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.txt
# The build backend comes from the locked development packages, the final image gets only what runs.
COPY requirements.txt requirements-dev.txt ./
RUN uv venv /opt/kalends \
    && uv pip sync --no-cache --python /opt/kalends/bin/python --require-hashes requirements.txt \
    && uv venv /build/.venv \
    && uv pip sync --no-cache --python /build/.venv/bin/python --require-hashes requirements-dev.txt
COPY pyproject.toml hatch_build.py requirements.in README.md LICENSE ./
COPY api api
COPY cli cli
COPY domain domain
COPY migrations migrations
COPY sandbox sandbox
COPY workers workers
COPY --from=sites /build/build build
# The documentation names what the code has, so it is built beside the code; its diagrams are drawn by Node.
COPY mkdocs.yml schema.graphql CHANGELOG.md CONTRIBUTING.md ./
COPY docs docs
COPY scripts scripts
RUN export PATH=/build/.venv/bin:$PATH NO_MKDOCS_2_WARNING=1 \
    && npm --prefix scripts/site ci \
    && mkdocs build --quiet
RUN /build/.venv/bin/python -m hatchling build -t wheel \
    && uv pip install --no-cache --python /opt/kalends/bin/python --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /home/kalends kalends
COPY --from=build /opt/kalends /opt/kalends
ENV PATH=/opt/kalends/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /home/kalends
USER kalends
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["kalends"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
