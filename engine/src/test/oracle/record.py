"""Asks PostgreSQL what is right and writes the answers to engine/src/test/resources/oracle/*.tsv.

Usage: record.py SIGNATURES POSTGRES_15_DSN PGVECTOR_DSN TARGET_FOLDER
SIGNATURES is the output of omendb.sql.function.SignatureDump. PostgreSQL 15 answers for pg_catalog, the server with
pgvector for the functions of schema public. Files:
  types.tsv       type, input, text or error, binary form (hex)
  typmods.tsv     type with modifier, input by COPY, text or error
  signatures.tsv  what pg_proc says of each function: result type, strictness, volatility
  calls.tsv       kind, name, declared types, actual types, arguments ..., answer
An answer is '=' and the text, '\\N' for NULL, or '!', SQLSTATE and message.
"""
import itertools
import pathlib
import random
import sys
import psycopg
from psycopg import pq
from samples import FUNCTION_ARGUMENTS, MODIFIERS, NULLABLE, SAMPLES, SKIPPED, TYPE_INPUTS, TYPMOD_INPUTS

signatures_file, dsn_15, dsn_vector, target = sys.argv[1:5]
target = pathlib.Path(target)
SETTINGS = "SET TimeZone = 'America/New_York'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET statement_timeout = '10s'"
postgres = psycopg.connect(dsn_15, autocommit=True)
pgvector = psycopg.connect(dsn_vector, autocommit=True)
for c in (postgres, pgvector):
    c.execute(SETTINGS)
pgvector.execute("CREATE EXTENSION IF NOT EXISTS vector")


def escape(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def answer(result):
    if result.status == pq.ExecStatus.FATAL_ERROR:
        field = lambda f: (result.error_field(f) or b"").decode()
        return f"!{field(pq.DiagnosticField.SQLSTATE)} {escape(field(pq.DiagnosticField.MESSAGE_PRIMARY))}"
    value = result.get_value(0, 0)
    return "\\N" if value is None else "=" + escape(value.decode(errors="replace"))


def ask(connection, sql):
    return answer(connection.pgconn.exec_params(sql.encode(), None))


def literal(text):
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def typed(type_name, text):
    name = f'"{type_name}"' if type_name in ("char", "bit") else type_name  # bare, they are char(1) and bit(1)
    return f"NULL::{name}" if text is None else f"{literal(text)}::{name}"


def of_pgvector(type_name):
    return type_name.lstrip("_") in ("vector", "halfvec", "sparsevec")


def server(type_name):
    return pgvector if of_pgvector(type_name.split("(")[0]) else postgres


def record_types():
    lines = []
    for type_name, inputs in TYPE_INPUTS.items():
        for text in inputs:
            c = server(type_name)
            got = ask(c, f"SELECT {typed(type_name, text)}::text")
            if type_name in ("bpchar", "char", "bool"):
                r = c.pgconn.exec_params(f"SELECT {typed(type_name, text)}".encode(), None)
                got = answer(r)
            binary = ""
            if got.startswith("="):
                r = c.pgconn.exec_params(f"SELECT {typed(type_name, text)}".encode(), None, result_format=1)
                binary = r.get_value(0, 0).hex()
            lines.append("\t".join([type_name, escape(text), got, binary]))
    (target / "types.tsv").write_text("\n".join(lines) + "\n")


def record_typmods():
    lines = []
    for type_name, inputs in TYPMOD_INPUTS.items():
        c = server(type_name)
        c.execute(f"DROP TABLE IF EXISTS oracle_typmod; CREATE TEMP TABLE oracle_typmod (c {type_name})")
        for text in inputs:
            try:
                with c.cursor() as cursor:
                    cursor.execute("TRUNCATE oracle_typmod")
                    with cursor.copy("COPY oracle_typmod FROM STDIN") as copy:
                        copy.write(escape(text) + "\n")
                    got = ask(c, "SELECT c FROM oracle_typmod")
            except psycopg.Error as e:
                got = f"!{e.sqlstate} {escape(e.diag.message_primary)}"
            lines.append("\t".join([type_name, escape(text), got]))
    (target / "typmods.tsv").write_text("\n".join(lines) + "\n")


def suits(type_name, text):
    """Whether to_char of this value is a question of the template and not of the value's syntax."""
    return type_name.startswith("timestamp") == text.startswith("20") and (type_name == "interval") == ("year" in text)


def combinations(kind, name, types):
    """Argument lists as (actual types, texts), the same in every run."""
    choice = random.Random(f"{kind} {name} {types}")
    if (fixed := FUNCTION_ARGUMENTS.get(name)) and (rows := [r for r in fixed if len(r) == len(types) or "any" in types]):
        rows = [r for r in rows if name != "to_char" or suits(types[0], r[0])]
        plain = {"any": "text", "anyelement": "text", "anynonarray": "text", "anyarray": "_text", "anycompatible": "text", "anycompatiblearray": "_text"}
        return [([plain.get(t, t) for t in (types + ["text"] * len(r))[:len(r)]], r) for r in rows]
    polymorphic = [t for t in types if t.startswith("any")]
    out = []
    for element in (["int4", "text", "numeric"] if polymorphic else [None]):
        actual = [
            {"anyarray": f"_{element}", "anycompatiblearray": f"_{element}", "anyelement": element, "anycompatible": element,
             "anynonarray": element, "any": choice.choice(["int4", "text", "bool", "numeric", "timestamp"])}.get(t, t) for t in types]
        if any(t not in SAMPLES for t in actual):
            return []
        pools = [MODIFIERS[name] if t == "int4" and i == 1 and name in MODIFIERS else SAMPLES[t] for i, t in enumerate(actual)]
        if name in NULLABLE:
            pools = [pool + [None] * 3 for pool in pools]
        if not pools:
            out.append(([], []))
        elif len(pools) == 1:
            out += [(actual, [v]) for v in pools[0]]
        else:
            everything = 1
            for p in pools:
                everything *= len(p)
            if everything <= 9:
                out += [(actual, list(v)) for v in itertools.product(*pools)]
            else:
                out += [(actual, [choice.choice(p) for p in pools]) for _ in range(24 if name in NULLABLE else 8)]
        if actual:
            out.append((actual, [None] + [p[0] for p in pools[1:]]))
    return out


def expression(kind, schema, name, types, actual, texts, result):
    args = [typed(t, v) for t, v in zip(actual, texts)]
    if kind == "operator":
        return f"({args[0]} OPERATOR({schema}.{name}) {args[1]})" if len(args) == 2 else f"({name} {args[0]})"
    if kind == "cast":
        return f"CAST({args[0]} AS {typed(result, None)[6:]})"
    if types and types[-1] == "_text" and name in ("jsonb_extract_path", "jsonb_extract_path_text", "json_extract_path", "json_extract_path_text", "jsonb_delete"):
        args[-1] = "VARIADIC " + args[-1]
    return f'{schema}."{name}"({", ".join(args)})'


def record_calls():
    lines, known, unknown = [], [], []
    for row in pathlib.Path(signatures_file).read_text().splitlines():
        kind, schema, name, types, result, *_ = row.split("\t")
        types = types.split(",") if types else []
        c = pgvector if schema == "public" or any(of_pgvector(t) for t in types + [result]) else postgres
        if kind in ("function", "set"):
            oids = " ".join(str(o) for t in types for o in c.execute("SELECT oid FROM pg_type WHERE typname = %s", (t,)).fetchone() or [0])
            found = c.execute(
                "SELECT t.typname, proisstrict, provolatile FROM pg_proc p JOIN pg_type t ON t.oid = prorettype"
                " WHERE proname = %s AND proargtypes::text = %s AND pronamespace IN ('pg_catalog'::regnamespace, 'public'::regnamespace)", (name, oids)).fetchone()
            if not found:
                unknown.append(f"{name}({','.join(types)})")
                continue
            known.append("\t".join([name, ",".join(types), found[0], str(found[1]).lower(), found[2]]))
        if name in SKIPPED or kind == "aggregate" or f"{name}({','.join(types)})" in SKIPPED:
            continue
        seen = set()
        for actual, texts in combinations(kind, name, types):
            if (key := (tuple(actual), tuple(texts))) in seen:
                continue
            seen.add(key)
            call = expression(kind, schema, name, types, actual, texts, result)
            if kind == "set":
                sql = f"SELECT array_agg(x::text)::text FROM {call} x"
            elif result in ("bpchar", "char", "name"):
                sql = f"SELECT {call}"
            elif result == "bool":
                sql = f"SELECT CASE WHEN {call} THEN 't' WHEN NOT {call} THEN 'f' END"
            else:
                sql = f"SELECT ({call})::text"
            got = ask(c, sql)
            if got[1:6] in ("42883", "42P18", "42725", "42804"):
                unknown.append(f"{call}: {got}")
                break
            args = ["\\N" if v is None else escape(v) for v in texts]
            declared = ",".join(types)
            lines.append("\t".join([kind, name, declared, result, ",".join(actual), *args, got]))
    (target / "calls.tsv").write_text("\n".join(lines) + "\n")
    (target / "signatures.tsv").write_text("\n".join(sorted(known)) + "\n")
    print("not in PostgreSQL:", *unknown, sep="\n  ", file=sys.stderr)


record_types()
record_typmods()
record_calls()
