"""The main job through a real client: load, build, search, restart and insert, on real vectors.

    ./omendb bench wire [--vectors DIR] [--json FILE] [--only search,restart,insert]

DIR holds base.npy (N x D), queries.npy (Q x D) and gt_l2_top100_ids.npy (the exact nearest rows of base, Q x 100).
The server is this checkout's own, on a free port and a data directory that is removed afterwards. Clients are psycopg 3
with prepared statements and binary parameters; every client is a process of its own.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
import psycopg
from pgvector.psycopg import register_vector

HOME = pathlib.Path(__file__).resolve().parents[4]
EF_SEARCH = (10, 16, 24, 40, 64, 100, 160, 250, 400)
SEARCH = "SELECT id FROM items ORDER BY embedding <-> %b LIMIT 10"


class Server:
    """`./omendb start` on a free port and a data directory of its own."""

    def __init__(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="omendb-bench-"))
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = None

    def start(self):
        """Seconds from exec to the first accepted connection."""
        begin = time.perf_counter()
        command = [str(HOME / "omendb"), "start", "--data", str(self.data / "data"), "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, stdout=open(self.data / "log", "ab"), stderr=subprocess.STDOUT, start_new_session=True)
        while time.perf_counter() - begin < 600:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {(self.data / 'log').read_text()[-2000:]}")
            try:
                self.connect().close()
                return time.perf_counter() - begin
            except psycopg.OperationalError:
                time.sleep(0.01)
        raise TimeoutError("the server did not answer")

    def connect(self):
        return psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True)

    def stop(self, how=signal.SIGTERM):
        os.killpg(self.process.pid, how)
        self.process.wait(120)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.data, ignore_errors=True)


def session(port):
    c = psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=postgres", autocommit=True)
    c.prepare_threshold = 0
    register_vector(c)
    return c


def load(server, base):
    """Rows per second of one COPY BINARY whose bytes are made beforehand in blocks."""
    n, d = base.shape
    row = np.dtype([("fields", ">i2"), ("l1", ">i4"), ("id", ">i8"), ("l2", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("v", ">f4", (d,))])
    with server.connect() as c:
        c.execute("CREATE EXTENSION IF NOT EXISTS vector")
        c.execute(f"CREATE TABLE items (id bigint PRIMARY KEY, embedding vector({d}) NOT NULL)")
        begin = time.perf_counter()
        with c.cursor().copy("COPY items (id, embedding) FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0))
            for at in range(0, n, 5000):
                block = np.zeros(min(5000, n - at), row)
                block["fields"], block["l1"], block["id"], block["l2"] = 2, 8, np.arange(at, at + len(block)), 4 + 4 * d
                block["dim"], block["v"] = d, base[at:at + len(block)]
                copy.write(block.tobytes())
            copy.write(b"\xff\xff")
        return n / (time.perf_counter() - begin)


def build(server):
    """Seconds of CREATE INDEX and the index's bytes on disk."""
    with server.connect() as c:
        begin = time.perf_counter()
        c.execute("CREATE INDEX items_embedding ON items USING hnsw (embedding vector_l2_ops) WITH (m = 16, ef_construction = 64)")
        took = time.perf_counter() - begin
        return took, c.execute("SELECT pg_relation_size('items_embedding')").fetchone()[0]


def search(server, queries, truth, ef, seconds=2.0):
    """Queries per second and recall@10 of one client at one ef_search."""
    c = session(server.port)
    c.execute(f"SET hnsw.ef_search = {ef}")
    cursor = c.cursor(binary=True)
    for q in queries[:50]:
        cursor.execute(SEARCH, (q,), prepare=True).fetchall()
    hits, done, begin = 0, 0, time.perf_counter()
    while time.perf_counter() - begin < seconds or done < len(queries):
        found = {r[0] for r in cursor.execute(SEARCH, (queries[done % len(queries)],), prepare=True).fetchall()}
        if done < len(queries):
            hits += len(found & set(truth[done, :10].tolist()))
        done += 1
    took = time.perf_counter() - begin
    c.close()
    return done / took, hits / (10 * len(queries))


def first_answer(server, query, how):
    """Seconds from exec to the first answered search after the server was ended by signal `how`."""
    server.stop(how)
    begin = time.perf_counter()
    server.start()
    with session(server.port) as c:
        plan = c.execute("EXPLAIN " + SEARCH, (query,)).fetchall()
        c.execute(SEARCH, (query,)).fetchall()
    assert "items_embedding" in str(plan), plan
    return time.perf_counter() - begin


def inserter(port, first, vectors, seconds, start, out):
    c = session(port)
    done = 0
    start.wait()
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        c.execute("INSERT INTO items VALUES (%s, %b)", (first + done, vectors[done % len(vectors)]), prepare=True)
        done += 1
    out.put(done / (time.perf_counter() - begin))


def insert(server, clients, first, vectors, seconds=5.0):
    """Single-row INSERT commits per second of all clients together, each commit awaited."""
    start, out = multiprocessing.Barrier(clients), multiprocessing.Queue()
    workers = [multiprocessing.Process(target=inserter, args=(server.port, first + i * 1_000_000, vectors, seconds, start, out))
               for i in range(clients)]
    for w in workers:
        w.start()
    rate = sum(out.get(timeout=120) for _ in workers)
    for w in workers:
        w.join()
    return rate


def main():
    parser = argparse.ArgumentParser(prog="omendb bench wire")
    parser.add_argument("--vectors", type=pathlib.Path, default=HOME.parent / "shared/data/fashion-mnist-784-euclidean")
    parser.add_argument("--only", default="search,restart,insert")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--queries", type=int, default=1000)
    options = parser.parse_args()
    if not (options.vectors / "base.npy").exists():
        sys.exit(f"no base.npy in {options.vectors}: name a folder of vectors with --vectors")
    base = np.load(options.vectors / "base.npy").astype(np.float32)
    queries = np.load(options.vectors / "queries.npy").astype(np.float32)[: options.queries]
    truth = np.load(options.vectors / "gt_l2_top100_ids.npy")[: options.queries]
    server, figures = Server(), {"rows": len(base), "dimensions": base.shape[1]}
    try:
        server.start()
        figures["load rows/s"] = round(load(server, base))
        seconds, size = build(server)
        figures["build seconds"], figures["index bytes"], figures["index bytes per vector"] = round(seconds, 2), size, round(size / len(base))
        print(json.dumps(figures), flush=True)
        if "search" in options.only:
            figures["search"] = []
            for ef in EF_SEARCH:
                runs = [search(server, queries, truth, ef) for _ in range(3)]
                point = {"ef_search": ef, "recall@10": round(runs[0][1], 4), "queries/s": round(statistics.median(r[0] for r in runs))}
                figures["search"].append(point)
                print(json.dumps(point), flush=True)
        if "restart" in options.only:
            figures["first answer after clean stop, s"] = round(first_answer(server, queries[0], signal.SIGTERM), 2)
            figures["first answer after kill -9, s"] = round(first_answer(server, queries[0], signal.SIGKILL), 2)
        if "insert" in options.only:
            for clients in (1, 8):
                figures[f"insert commits/s, {clients} client(s)"] = round(insert(server, clients, 10_000_000 * clients, base))
        print(json.dumps({k: v for k, v in figures.items() if k != "search"}))
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1) + "\n")
    finally:
        server.remove()


if __name__ == "__main__":
    main()
