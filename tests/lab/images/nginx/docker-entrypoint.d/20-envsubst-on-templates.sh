#!/bin/sh
# Templates become configuration, with the variables of the environment filled in.
set -e

templates="${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}"
suffix="${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}"
output="${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}"

[ -d "$templates" ] || exit 0
[ -w "$output" ] || { echo "$0: ERROR: $output is not writable"; exit 0; }

names=$(env | cut -d= -f1 | grep "${NGINX_ENVSUBST_FILTER:-}" | sed 's/.*/${&}/' | tr '\n' ' ')
find "$templates" -follow -type f -name "*$suffix" | while read -r template; do
    relative="${template#"$templates/"}"
    target="$output/${relative%"$suffix"}"
    mkdir -p "$(dirname "$target")"
    envsubst "$names" < "$template" > "$target"
done
