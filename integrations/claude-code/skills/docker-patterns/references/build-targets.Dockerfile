# syntax=docker/dockerfile:1
# Build targets: one file, several images.
#   docker build --target development -t app:dev .
#   docker build --target tester .
#   docker build -t app .                              production, as it stands last
FROM oven/bun:1 AS deps
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile

FROM deps AS development
COPY --chown=bun:bun . .
USER 1000
CMD ["bun", "--watch", "src/index.ts"]

FROM deps AS tester
COPY . .
RUN bun test && mkdir /gate

FROM deps AS builder
COPY . .
RUN bun build src/index.ts --target bun --outdir dist

FROM oven/bun:1-slim AS production
WORKDIR /app
COPY --from=tester /gate/ /
COPY --from=builder /app/dist ./dist
USER 1000
CMD ["bun", "dist/index.js"]
