"""Writes PostgreSQL's oids of functions, operators and casts to the resource oids.tsv.

Usage: oids.py "host=... user=postgres dbname=postgres" > engine/src/main/resources/omendb/sql/function/oids.tsv
"""
import sys
import psycopg

connection = psycopg.connect(sys.argv[1])
names = dict(connection.execute("SELECT oid, typname FROM pg_type").fetchall())
types = lambda oids: ",".join(names[int(o)] for o in oids)
rows = []
for oid, name, args in connection.execute(
    "SELECT oid, proname, proargtypes::text FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND oid < 9000"
    " AND prorettype NOT IN ('internal'::regtype, 'trigger'::regtype)"
):
    if "internal" not in types(args.split()):
        rows.append((oid, f"{name}({types(args.split())})"))
for oid, name, left, right in connection.execute(
    "SELECT oid, oprname, oprleft, oprright FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace AND oid < 9000"
):
    rows.append((oid, f"operator {name}({types([left, right] if left else [right])})"))
for oid, source, target in connection.execute("SELECT oid, castsource, casttarget FROM pg_cast WHERE oid < 16384"):
    rows.append((oid, f"cast({names[source]},{names[target]})"))
for oid, signature in sorted(rows, key=lambda r: r[1]):
    print(oid, signature, sep="\t")
