#!/bin/sh
# Every night: draw a new table from a stored model. It reads no real row and spends nothing.
#
#     17 3 * * *  nightly_cron.sh MODEL FOLDER 2>> privsynth.jsonl
#
# FOLDER/DAY.parquet is written whole or not at all, and FOLDER/latest.parquet then leads to it. When something is
# wrong, `latest` stays with the last good night. A second run on the same day writes the same rows.
set -u
model=$1
folder=$2
day=$(date -u +%Y-%m-%d)

privsynth --quiet verify "$model" > /dev/null &&
    privsynth --quiet sample "$model" --seed "$(date -u +%Y%m%d)" -o "$folder/$day.parquet" &&
    ln -sf "$day.parquet" "$folder/.latest.$$" &&
    mv -f "$folder/.latest.$$" "$folder/latest.parquet"
code=$?

case $code in
    0) ;;
    5) echo "The model is damaged: restore it from where it was made." >&2 ;;
    7) echo "Disk or memory ran out: the next night tries again." >&2 ;;
    *) echo "No new table: see the lines above." >&2 ;;
esac
exit $code
