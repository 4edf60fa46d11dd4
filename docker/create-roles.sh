#!/bin/sh
# Run once by the image of PostgreSQL, when its data folder is new. The service must not own what it writes to: an owner can
# grant itself everything back, and the ledger is append-only by grants too.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
  --set=owner_password="$(cat "$ACCORD_OWNER_PASSWORD_FILE")" \
  --set=service_password="$(cat "$ACCORD_SERVICE_PASSWORD_FILE")" <<'SQL'
CREATE ROLE accord_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE accord_service LOGIN PASSWORD :'service_password';
CREATE DATABASE accord OWNER accord_owner;
REVOKE ALL ON DATABASE accord FROM PUBLIC;
GRANT CONNECT ON DATABASE accord TO accord_service;
-- The owner's commands (rebuild, verify, tokens) work in the service's role; only a superuser can let it.
GRANT accord_service TO accord_owner WITH INHERIT FALSE, SET TRUE;
SQL
