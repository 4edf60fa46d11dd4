#!/bin/sh
# The password of the database comes as a file, and libpq takes it from the environment of its process alone: so it stands in no
# description of the container.
set -eu
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PGPASSWORD_FILE")
  export PGPASSWORD
  unset PGPASSWORD_FILE
fi
exec "$@"
