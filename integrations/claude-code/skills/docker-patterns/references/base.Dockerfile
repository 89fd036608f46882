# syntax=docker/dockerfile:1
# Base: what all stages share is written once. No ENTRYPOINT and no ONBUILD here: every stage would have them.
ARG BUN_VERSION=1
FROM oven/bun:${BUN_VERSION}-slim AS base
WORKDIR /app
ENV TZ=Etc/UTC

FROM base AS builder
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun build src/index.ts --target bun --outdir dist

FROM base AS production
ENV NODE_ENV=production
COPY --from=builder /app/dist ./dist
USER 1000
CMD ["bun", "dist/index.js"]
