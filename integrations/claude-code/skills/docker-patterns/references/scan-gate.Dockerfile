# syntax=docker/dockerfile:1
# Scan gate: production depends on the scanner.
#   docker build --no-cache-filter scanner .           scan again: a cached result grows stale
#   docker build --secret id=scan-token,env=SCAN_TOKEN .
FROM oven/bun:1 AS builder
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun build src/index.ts --target bun --outdir dist

FROM builder AS scanner
# Any scanner that fails by its exit code. The token is in the environment of this command alone.
ARG SCAN="bun pm ls"
RUN --mount=type=secret,id=scan-token,env=SCAN_TOKEN \
    sh -c "$SCAN" && mkdir /gate

FROM oven/bun:1-slim AS production
WORKDIR /app
COPY --from=scanner /gate/ /
COPY --from=builder /app/dist ./dist
USER 1000
CMD ["bun", "dist/index.js"]
