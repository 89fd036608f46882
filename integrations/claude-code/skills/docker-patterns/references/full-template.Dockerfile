# syntax=docker/dockerfile:1
# Full template: docker build .                        production
#                docker build --target development .   development
FROM oven/bun:1 AS base
WORKDIR /app

FROM base AS deps
COPY package.json bun.lock ./
RUN --mount=type=cache,id=app-bun-1-glibc,target=/root/.bun/install/cache \
    bun install --frozen-lockfile

FROM base AS prod-deps
COPY package.json bun.lock ./
# The folder is made for a project without dependencies, whose installation makes none.
RUN --mount=type=cache,id=app-bun-1-glibc,target=/root/.bun/install/cache \
    bun install --frozen-lockfile --production && mkdir -p node_modules

FROM deps AS builder
COPY . .
RUN bun build src/index.ts --target bun --outdir dist

FROM builder AS tester
RUN bun test && mkdir /gate

FROM deps AS development
COPY --chown=bun:bun . .
USER 1000
EXPOSE 3000
CMD ["bun", "--watch", "src/index.ts"]

FROM oven/bun:1-slim AS production
WORKDIR /app
ENV NODE_ENV=production
COPY --from=tester /gate/ /
COPY --from=prod-deps /app/node_modules ./node_modules
COPY --from=builder /app/dist ./dist
USER 1000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD ["bun", "-e", "fetch('http://127.0.0.1:3000/').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["bun", "dist/index.js"]
