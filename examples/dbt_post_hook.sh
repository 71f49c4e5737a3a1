#!/bin/sh
# After dbt has built a table and its holdout: publish synthetic rows only if the audit finds no leak.
#
#     dbt run --select patients+ && dbt_post_hook.sh DATABASE TRAIN HOLDOUT MODEL OUT [UNIT]
#     dbt_post_hook.sh duckdb:///warehouse.duckdb patients_train patients_holdout model published.parquet patient_id
#
# OUT is a Parquet file: it says in itself where its rows come from. DATABASE is a URL without a password (PostgreSQL:
# ~/.pgpass or PGPASSWORD). MODEL was fitted to TRAIN; this script spends nothing. UNIT is the column that says whose
# row it is: give it where a person has several rows, of which the audit then compares one. Withholding a table after
# an audit looks at real rows: say so when you publish. Exits with 6 on a leak.
set -eu
database=$1 train=$2 holdout=$3 model=$4 out=$5 unit=${6:-}
draft=$(dirname "$out")/.draft.$(basename "$out")
trap 'rm -f "$draft"' EXIT

privsynth --quiet sample "$model" --seed 1 -o "$draft"
privsynth --quiet audit --train "$database::$train" --holdout "$database::$holdout" --synthetic "$draft" \
    ${unit:+--unit "$unit"} --fail-on leak --json "$out.audit.json"
mv -f "$draft" "$out"
