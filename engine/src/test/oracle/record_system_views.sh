#!/usr/bin/env bash
# Records the shapes of PostgreSQL 15's system views and the rows of its fixed catalogs, which ours must match.
#   record_system_views.sh 'host=127.0.0.1 port=5432 user=postgres' OUTPUT_FOLDER
# Run against a fresh PostgreSQL 15 cluster.
set -eu
dsn=$1
out=$2
ask() { psql "$dsn" -X -At -F "$(printf '\t')" -P null='\N' -c "$1"; }

# view shapes: schema, view, oid, column, type (domains of information_schema by their base type)
ask "SELECT n.nspname, c.relname, c.oid, a.attname, coalesce(b.typname, t.typname)
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
     JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = nullif(t.typbasetype, 0)
     WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') AND a.attnum > 0
     ORDER BY 1, 2, a.attnum" >"$out/view-columns.tsv"

# rows of catalogs that are fixed: first line the column names
for catalog in pg_am pg_collation pg_language pg_tablespace pg_opfamily pg_opclass pg_type; do
    case $catalog in
    pg_collation) where="WHERE collname IN ('default', 'C', 'POSIX', 'ucs_basic')" ;;
    pg_type) where="WHERE typnamespace = 'pg_catalog'::regnamespace AND (typtype IN ('b', 'p')) AND typrelid = 0" ;;
    pg_opclass) where="WHERE opcmethod IN (SELECT oid FROM pg_am WHERE amname IN ('btree', 'hash', 'gin'))" ;;
    pg_opfamily) where="WHERE opfmethod IN (SELECT oid FROM pg_am WHERE amname IN ('btree', 'hash', 'gin'))" ;;
    *) where= ;;
    esac
    psql "$dsn" -X -A -F "$(printf '\t')" -P null='\N' -P footer=off -c "SELECT t.* FROM (SELECT * FROM $catalog $where) t ORDER BY 1" |
        sed 's/[[:space:]]*$//' >"$out/$catalog.tsv"
done

# regproc columns of pg_type as oid and name
ask "SELECT DISTINCT p.oid, p.proname FROM pg_type t JOIN pg_proc p
     ON p.oid IN (typinput, typoutput, typreceive, typsend, typmodin, typmodout, typsubscript, typanalyze)
     WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'p') AND typrelid = 0 ORDER BY 1" >"$out/type-procedures.tsv"
