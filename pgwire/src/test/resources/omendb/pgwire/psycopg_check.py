"""psycopg 3 and pgvector-python against a server: python psycopg_check.py PORT

Prints one line for each check that passed; the first that fails ends the script with its traceback.
"""
import datetime
import decimal
import sys
import threading
import uuid

import numpy as np
import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector

PORT = int(sys.argv[1])


def connect(**options):
    return psycopg.connect(f"host=127.0.0.1 port={PORT} user=postgres dbname=postgres", autocommit=True, **options)


def passed(name):
    print("ok", name, flush=True)


conn = connect()
conn.execute("DROP TABLE IF EXISTS items; DROP TABLE IF EXISTS kinds")
conn.execute("CREATE EXTENSION IF NOT EXISTS vector")
register_vector(conn)
passed("register_vector")

assert conn.info.server_version // 10000 == 15
assert conn.info.parameter_status("server_encoding") == "UTF8"
assert conn.info.parameter_status("integer_datetimes") == "on"
passed("parameters")

conn.execute(
    "CREATE TABLE kinds (id bigint PRIMARY KEY, b bool, s smallint, i int, f real, d double precision, n numeric,"
    " t text, y bytea, ts timestamp, tz timestamptz, u uuid, j jsonb, e vector(3))"
)
moment = datetime.datetime(2026, 2, 28, 23, 59, 59, 123456)
row = (
    1, True, -7, 2**31 - 1, 0.5, 3.141592653589793, decimal.Decimal("-12345.67890"), "täxt €\n", b"\x00\x01\xff",
    moment, moment.replace(tzinfo=datetime.timezone.utc), uuid.UUID(int=5), None, Vector([1, -0.5, 3e-5]),
)
marks = ", ".join(["%s"] * len(row))
conn.execute(f"INSERT INTO kinds VALUES ({marks})", row)
conn.execute(f"INSERT INTO kinds VALUES ({marks.replace('%s', '%b', 0)})", (2,) + row[1:], prepare=True)
for binary in (False, True):
    with conn.cursor(binary=binary) as cur:
        for key in (1, 2):
            got = cur.execute("SELECT * FROM kinds WHERE id = %s", (key,)).fetchone()
            assert got[1:-1] == row[1:-1], (binary, got)
            assert np.array_equal(got[-1].to_numpy(), np.array([1, -0.5, 3e-5], dtype=np.float32)), got[-1]
passed("types in text and binary")

conn.execute("CREATE TABLE items (id bigserial PRIMARY KEY, embedding vector(16) NOT NULL)")
base = np.random.default_rng(1).standard_normal((1500, 16), dtype=np.float32)
with conn.cursor().copy("COPY items (embedding) FROM STDIN WITH (FORMAT BINARY)") as copy:
    copy.set_types(["vector"])
    for value in base:
        copy.write_row([value])
assert conn.execute("SELECT count(*) FROM items").fetchone()[0] == 1500
passed("COPY BINARY")

with conn.cursor().copy("COPY (SELECT id, embedding FROM items WHERE id <= 3 ORDER BY id) TO STDOUT") as copy:
    lines = b"".join(copy).decode().splitlines()
assert [line.split("\t")[0] for line in lines] == ["1", "2", "3"], lines
passed("COPY TO")

conn.execute("CREATE INDEX ON items USING hnsw (embedding vector_l2_ops)")
conn.execute("SET hnsw.ef_search = 100")
for i in (0, 700, 1499):
    got = conn.execute("SELECT id FROM items ORDER BY embedding <-> %b LIMIT 5", (base[i],), prepare=True).fetchall()
    assert got[0][0] == i + 1, (i, got)
passed("nearest neighbours")

with conn.pipeline():
    cursors = [conn.execute("SELECT %s::int", (i,)) for i in range(50)]
assert [c.fetchone()[0] for c in cursors] == list(range(50))
passed("pipeline")

with conn.cursor() as cur:
    cur.executemany("INSERT INTO items (embedding) VALUES (%s) RETURNING id", [(v,) for v in base[:3]], returning=True)
    ids = []
    while True:
        ids.append(cur.fetchone()[0])
        if not cur.nextset():
            break
assert ids == [1501, 1502, 1503], ids
passed("executemany with RETURNING")

for sql, state in (("SELECT 1/0", "22012"), ("SELEC", "42601"), ("SELECT * FROM nope", "42P01")):
    try:
        conn.execute(sql)
    except psycopg.errors.Error as e:
        assert e.sqlstate == state, (sql, e.sqlstate, e)
    else:
        raise AssertionError(sql)
assert conn.execute("SELECT 1").fetchone() == (1,)
passed("errors")

with connect() as tx:
    tx.autocommit = False
    tx.execute("DELETE FROM items")
    tx.rollback()
    assert tx.execute("SELECT count(*) FROM items").fetchone()[0] == 1503
    assert tx.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
passed("transactions")

notices = []
conn.add_notice_handler(lambda n: notices.append(n.message_primary))
conn.execute("CREATE EXTENSION IF NOT EXISTS vector")
assert notices == ['extension "vector" already exists, skipping'], notices
passed("notices")

slow = threading.Timer(0.5, conn.cancel)
slow.start()
try:
    conn.execute("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 1000000) b")
except psycopg.errors.QueryCanceled:
    passed("cancel")
else:
    raise AssertionError("not cancelled")

conn.close()
print("done")
