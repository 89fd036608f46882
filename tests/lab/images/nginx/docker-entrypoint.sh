#!/bin/sh
set -e

say() {
    if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then
        echo "$@"
    fi
}

if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
    for file in $(find "/docker-entrypoint.d/" -follow -type f | sort -V); do
        case "$file" in
            *.envsh)
                if [ -x "$file" ]; then
                    say "$0: Sourcing $file"
                    . "$file"
                fi
                ;;
            *.sh)
                if [ -x "$file" ]; then
                    say "$0: Launching $file"
                    "$file"
                fi
                ;;
            *) say "$0: Ignoring $file" ;;
        esac
    done
    say "$0: Configuration complete; ready for start up"
fi

exec "$@"
