#!/usr/bin/env sh
set -e

# Options, or what is no program, are meant for bun.
if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ]; then
  set -- /usr/local/bin/bun "$@"
fi

exec "$@"
