#!/bin/sh
# A daily backup into /backups, each in its own folder, with deletion of the oldest. Incomplete backups have another name prefix;
# copy those elsewhere whose names begin with a year, which is needed as well.
set -eu
keep=${ACCORD_BACKUPS_KEPT:-14}
while :; do
  if python -m cli.entry_point backup "/backups/$(date -u +%Y-%m-%d-%H%M%S)"; then
    find /backups -mindepth 1 -maxdepth 1 -type d -name '2*' | sort -r | tail -n "+$((keep + 1))" | xargs -r rm -r
    sleep "${ACCORD_BACKUP_SECONDS:-86400}"
  else
    sleep 600
  fi
done
