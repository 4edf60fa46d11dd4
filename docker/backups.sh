#!/bin/sh
# A backup a day into /backups, each in a folder of its own, and the oldest taken away. What has begun and is not whole has another
# name; whoever copies them elsewhere, which is needed as well, takes those that begin with a year.
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
