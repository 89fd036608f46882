# syntax=docker/dockerfile:1
# Selective COPY: production gets the files that run, by name, and nothing of the context.
FROM oven/bun:1 AS builder
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun build src/index.ts --target bun --outdir dist

FROM oven/bun:1-slim AS production
WORKDIR /app
COPY --from=builder --chown=1000:1000 /app/dist/index.js ./dist/index.js
COPY --from=builder --chown=1000:1000 /app/package.json ./
USER 1000
CMD ["bun", "dist/index.js"]
