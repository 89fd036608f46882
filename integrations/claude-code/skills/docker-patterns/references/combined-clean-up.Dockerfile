# syntax=docker/dockerfile:1
# Combined clean-up: install, use and remove in one RUN; a later RUN would only hide the files.
# Not together with a cache mount on the same folders: a folder that is mounted cannot be removed.
FROM oven/bun:1-slim AS production
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production \
    && rm -rf /root/.bun/install/cache /tmp/*
COPY src ./src
USER 1000
CMD ["bun", "src/index.ts"]
