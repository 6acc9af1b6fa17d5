#!/usr/bin/env python3
"""Records PostgreSQL 15's answers to the statements of a text file, in place; needs psycopg 3.

    record_statements.py 'host=127.0.0.1 port=5432 user=postgres' engine/src/test/resources/statements/*.txt

A line that begins with "> " is a query string; the lines behind it, up to an empty one, are its answer: rows as
`a|b` with nothing for NULL, then the command tag; an error is `ERROR sqlstate: message @position`. Lines that
begin with "#" are comments. Every file gets a database of its own.
"""
import sys

import psycopg
from psycopg import pq


def answer(connection, sql):
    lines = []
    connection.send_query(sql.encode())
    while (result := connection.get_result()) is not None:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            field = lambda code: (result.error_field(code) or b"").decode()
            position = field(pq.DiagnosticField.STATEMENT_POSITION)
            lines.append(
                "ERROR %s: %s%s"
                % (
                    field(pq.DiagnosticField.SQLSTATE),
                    field(pq.DiagnosticField.MESSAGE_PRIMARY),
                    " @" + position if position else "",
                )
            )
            continue
        for row in range(result.ntuples):
            values = (result.get_value(row, column) for column in range(result.nfields))
            lines.append("|".join("" if value is None else value.decode() for value in values))
        lines.append(result.command_status.decode())
    return lines


def record(dsn, path):
    with psycopg.connect(dsn + " dbname=postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS recording")
        admin.execute("CREATE DATABASE recording TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    with psycopg.connect(dsn + " dbname=recording", autocommit=True) as client:
        client.execute("SET timezone = 'UTC'")
        out = []
        answering = False
        for line in open(path, encoding="utf-8").read().splitlines():
            if line.startswith("> "):
                out += [line] + answer(client.pgconn, line[2:]) + [""]
                answering = True
            elif line.startswith("#"):
                out += [line]
                answering = False
            elif not answering and line:
                sys.exit(f"{path}: neither a comment nor a statement: {line}")
        open(path, "w", encoding="utf-8").write("\n".join(out).rstrip("\n") + "\n")


for name in sys.argv[2:]:
    record(sys.argv[1], name)
