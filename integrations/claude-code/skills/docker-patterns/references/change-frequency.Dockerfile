# syntax=docker/dockerfile:1
# Order by change frequency: what changes seldom stands first, so that an edit of the source rebuilds little.
FROM oven/bun:1 AS builder
WORKDIR /app
# 1. Changes when a dependency does.
COPY package.json bun.lock ./
RUN --mount=type=cache,id=app-bun-1-glibc,target=/root/.bun/install/cache \
    bun install --frozen-lockfile
# 2. Changes with every edit.
COPY src ./src
RUN bun build src/index.ts --target bun --outdir dist

FROM oven/bun:1-slim AS production
WORKDIR /app
USER 1000
EXPOSE 3000
CMD ["bun", "dist/index.js"]
# Last, as it changes with every edit; what stands above is metadata and costs nothing.
COPY --from=builder /app/dist ./dist
