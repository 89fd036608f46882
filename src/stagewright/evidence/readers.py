"""What the programs that are started read by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# They run TypeScript and its like from the source.
LOADERS = frozenset(
    {
        "ts-node",
        "ts-node-dev",
        "ts-node-esm",
        "tsx",
        "nodemon",
        "vite",
        "babel-node",
        "next",
        "swc-node",
        "deno",
    }
)
# They bundle what a page names, style sheets included, while they run, unless told to do another thing.
_SERVING_SOURCE = frozenset(
    {
        "vite",
        "parcel",
        "react-scripts",
        "vue-cli-service",
        "ng",
        "astro",
        "nuxt",
        "nuxi",
        "webpack-dev-server",
    }
)
_SERVING_WHEN_TOLD = {
    "next": "dev",
    "webpack": "serve",
    "remix": "dev",
    "react-router": "dev",
    "gatsby": "develop",
    "expo": "start",
    "react-native": "start",
}
_NOT_SERVING = frozenset({"build", "preview", "test", "lint", "generate"})
# Programs of which it is known what they read by themselves: the code of the application, which is looked at,
# or what their arguments name. Any other may list, serve or read all that lies in the folder.
_KNOWN = re.compile(
    r"(?:node|nodejs|bun|bunx|deno|npm|npx|pnpm|pnpx|yarn|corepack|next|nuxt|nest|astro|vite|remix-serve|react-router-serve|pm2\S*"
    r"|ts-node\S*|tsx|tsc|nodemon|babel-node|swc-node|concurrently|cross-env|dotenv\S*|wait-on|prisma|knex|typeorm|sequelize\S*"
    r"|drizzle-kit|node-pg-migrate|python[\d.]*|uv|uvx|poetry|pdm|pipenv|pip[\d.]*|gunicorn|uvicorn|hypercorn|daphne|waitress-serve"
    r"|granian|uwsgi\S*|celery|flask|fastapi|django-admin|alembic|rq|rqworker|dramatiq|huey\S*|arq|taskiq|streamlit"
    r"|honcho|foreman|make|supervisord|supervisorctl|cron|crond|go|cargo|java|ruby|bundle|rails|rake|puma|sidekiq|mix|iex"
    r"|sh|bash|dash|ash|su|sudo|runuser|chroot|tini\S*|dumb-init|gosu|su-exec|env|exec|nohup|nice|setpriv|s6-\S+|catatonit|timeout"
    r"|wait-for\S*|dockerize|echo|printf|cat|head|cp|mv|rm|mkdir|chown|chmod|ln|touch|sleep|true|false|test|\[|date|id|whoami|kill"
    r"|pkill|pgrep|ps|seq|tr|cut|sort|tee|sed|awk|grep|envsubst|xargs|curl|wget|nc|ncat|netcat|ping|ss|getent|hostname|uname|locale"
    r"|pg_isready|psql|pg_dump|pg_restore|mysql|mysqladmin|mysqldump|redis-cli|mongosh|grpc_health_probe|openssl|update-ca-certificates)"
)
# Programs that load settings, migrations and models of the application as code, by their own conventions.
CONVENTIONAL = frozenset(
    {
        "knex",
        "sequelize",
        "sequelize-cli",
        "typeorm",
        "drizzle-kit",
        "node-pg-migrate",
        "mikro-orm",
        "prisma",
        "pm2",
    }
)
# What programs read by themselves in the folder that they start in.
_READS = (
    ("make", r"(?:GNU)?[Mm]akefile|.*\.mk"),
    ("honcho foreman", r"Procfile.*"),
    ("yarn", r"yarn\.lock"),
    ("pnpm", r"pnpm-lock\.yaml"),
    ("uv", r"uv\.lock|\.python-version"),
    ("poetry", r"poetry\.lock"),
    ("pipenv", r"Pipfile\.lock"),
    ("go", r"go\.sum"),
    (" ".join(("bun", "bunx", "expo", *sorted(LOADERS))), r"tsconfig[^/]*\.json"),
)


def bundles(words: Sequence[str]) -> bool:
    """Whether a command serves an application from its source: whatever that imports is read in the run."""
    name, rest = words[0].rpartition("/")[2], frozenset(words[1:])
    if name == "bun":
        return any(word.endswith(".html") for word in rest)
    return (name in _SERVING_SOURCE and not rest & _NOT_SERVING) or _SERVING_WHEN_TOLD.get(name) in rest


def is_known(program: str) -> bool:
    """Whether it reads nothing of the working folder but what is told of it here, code, and arguments."""
    return _KNOWN.fullmatch(program) is not None


def read_by(programs: Iterable[str]) -> re.Pattern[str]:
    """The names of the files that they read by themselves."""
    started = frozenset(programs)
    read = [names for readers, names in _READS if started.intersection(readers.split())]
    return re.compile("|".join(f"(?:.*/)?(?:{names})" for names in read) or r"(?!)")
