#!/bin/sh
# Run once by the PostgreSQL image, for a new data folder. The service must not own its tables: an owner can grant itself all
# rights again, and grants keep the ledger append-only.
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
