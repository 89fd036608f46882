# syntax=docker/dockerfile:1
# Test gate: production depends on the tester, so a failing test stops the build.
FROM oven/bun:1 AS builder
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun build src/index.ts --target bun --outdir dist

FROM builder AS tester
RUN bun test && mkdir /gate

FROM oven/bun:1-slim AS production
WORKDIR /app
# The gate: an empty folder, so nothing is added, but BuildKit has to run the tests first.
COPY --from=tester /gate/ /
COPY --from=builder /app/dist ./dist
USER 1000
CMD ["bun", "dist/index.js"]
