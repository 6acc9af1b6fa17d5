"""Records what PostgreSQL answers to conversations on the wire: python record_golden.py PORT > golden.txt

The lines of golden.txt: `# name` starts a conversation on a connection of its own, `> hex` is sent, `< type text` is what
came back up to ReadyForQuery. Masked: table oids of RowDescription, and the fields F, L, R (place in the source) of errors.
"""
import socket
import struct
import sys


def string(text):
    return (text if isinstance(text, bytes) else text.encode()) + b"\0"


def message(kind, body=b""):
    return kind.encode() + struct.pack(">i", len(body) + 4) + body


def query(sql):
    return message("Q", string(sql))


def parse(name, sql, *types):
    return message("P", string(name) + string(sql) + struct.pack(f">h{len(types)}i", len(types), *types))


def bind(portal, statement, values=(), formats=(), results=()):
    body = string(portal) + string(statement) + struct.pack(f">h{len(formats)}h", len(formats), *formats)
    body += struct.pack(">h", len(values))
    for value in values:
        body += struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value
    return message("B", body + struct.pack(f">h{len(results)}h", len(results), *results))


def describe(kind, name):
    return message("D", kind.encode() + string(name))


def execute(portal, rows=0):
    return message("E", string(portal) + struct.pack(">i", rows))


def close(kind, name):
    return message("C", kind.encode() + string(name))


def data(payload):
    return message("d", payload)


SYNC, DONE = message("S"), message("c")

CONVERSATIONS = {
    "types of a simple query": [query(
        "select 1 as i, 2::bigint as b, 3::smallint s, 1.50::numeric as n, 'x' as t, null::text as z, true as tf,"
        " 1.5::float8 as f8, 0.1::float4 as f4, 'a'::varchar(5) v, '\\x00ff'::bytea y, '2026-02-28'::date d,"
        " '2026-02-28 12:34:56.789'::timestamp ts, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid u, '{\"a\":1}'::jsonb j,"
        " array[1,2,null] a, 1.50::numeric(10,2) as nm")],
    "several statements": [query("select 1 as a; select 2 as b, 3 as c")],
    "an error in the middle": [query("select 1; select 1/g from generate_series(0, 0) g; select 2"), query("select 3")],
    "empty queries": [query(""), query(" ; "), parse("", "") + bind("", "") + describe("P", "") + execute("") + SYNC],
    "a failed transaction": [query("begin"), query("select nope"), query("select 1"), query("commit"), query("commit")],
    "commands and their tags": [
        query("create table golden (id int primary key, name text not null, price numeric(10,2))"),
        query("insert into golden values (1, 'a', 1.5), (2, 'b', null)"),
        query("insert into golden values (3, 'c', 2) returning id, name"),
        query("update golden set name = 'z' where id = 2"),
        query("delete from golden where id = 99"),
        query("select * from golden order by id"),
        query("insert into golden values (1, 'dup', 0)"),
        query("insert into golden values (4, null, 0)"),
        query("insert into golden values (3000000000, 'a', 0)"),
        query("select zzzzzzzzzz from golden"),
        query("select * from nowhere"),
        query("select nofunction(1)"),
        query("selec 1"),
        query("create table golden (id int)"),
        query("drop table golden"),
        query("drop table if exists golden"),
        query("drop table golden")],
    "the extended protocol": [
        parse("s", "select $1::int + 1 as n, $2 || 'x' as t") + describe("S", "s")
        + bind("", "s", [b"41", b"y"]) + describe("P", "") + execute("") + SYNC,
        bind("", "s", [struct.pack(">i", 6), None], (1, 0), (1, 1)) + describe("P", "") + execute("") + SYNC,
        close("S", "s") + close("S", "s") + close("P", "nope") + SYNC,
        bind("", "s", [b"1", b"2"]) + SYNC],
    "types of parameters": [
        parse("a", "select $1 as p", 20) + describe("S", "a") + SYNC,
        parse("b", "select $1") + describe("S", "b") + SYNC,
        parse("c", "select 1 where $1 = 5 and $2 like 'x'") + describe("S", "c") + SYNC],
    "a suspended portal": [
        query("begin"),
        parse("", "select * from generate_series(1, 5) as g") + bind("p", "") + execute("p", 2) + execute("p", 2) + SYNC,
        execute("p", 2) + SYNC, execute("p", 0) + SYNC, query("commit"), execute("p", 0) + SYNC],
    "an error skips to sync": [
        parse("", "select 1/g from generate_series(0, 0) g") + bind("", "") + execute("") + parse("", "select 5") + bind("", "") + execute("") + SYNC,
        parse("", "select 6 as six") + bind("", "") + execute("") + SYNC],
    "unknown names": [
        bind("", "nope") + SYNC, bind("", "") + SYNC, execute("nope") + SYNC, describe("S", "nope") + SYNC,
        describe("P", "nope") + SYNC, parse("d", "select 1") + parse("d", "select 2") + SYNC,
        parse("", "select 1; select 2") + SYNC],
    "wrong parameters": [
        parse("s", "select $1::int") + bind("", "s") + SYNC,
        bind("", "s", [b"1", b"2"]) + SYNC,
        bind("", "s", [b"abc"]) + SYNC,
        bind("", "s", [b"abc"], (1,)) + SYNC,
        bind("", "s", [b"1"], (0, 0)) + SYNC,
        bind("", "s", [b"1"], (0,), (0, 0)) + SYNC],
    "text that is not utf-8": [
        query(b"select '\xff'"), query(b"select '\xc3\x28'"), parse("s", "select $1::text") + SYNC,
        bind("", "s", [b"a\0b"]) + SYNC, bind("", "s", [b"\xe2\x82"]) + SYNC],
    "copy": [
        query("create table golden_copy (id int primary key, name text)"),
        query("copy golden_copy from stdin") + data(b"1\ton") + data(b"e\n2\t\\N\n") + DONE,
        query("copy golden_copy from stdin with (format csv)") + data(b'3,"a,""b"""\n') + DONE,
        query("copy golden_copy from stdin") + data(b"4\n") + DONE,
        query("copy golden_copy from stdin") + data(b"x\ty\n") + DONE,
        query("copy golden_copy from stdin") + message("f", string("enough")),
        query("copy golden_copy from stdin with (format binary)")
        + data(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + struct.pack(">hii", 2, 4, 9) + struct.pack(">i", 4) + b"nine")
        + data(b"\xff\xff") + DONE,
        query("copy golden_copy from stdin with (format binary)") + data(b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + b"\0\2") + DONE,
        query("copy golden_copy from stdin with (format binary)") + data(b"nonsense that is long enough") + DONE,
        query("copy golden_copy to stdout"),
        query("copy (select * from golden_copy order by id) to stdout with (format csv, header)"),
        query("copy golden_copy to stdout with (format binary)"),
        query("drop table golden_copy")],
    "settings": [
        query("set application_name = 'golden'"), query("show application_name"), query("set timezone = 'UTC'"),
        query("show server_version_num_nope"), query("reset application_name")],
}


def text(body):
    return "".join("|" if c == 0 else chr(c) if 32 <= c < 127 else f"<{c:02x}>" for c in body)


def masked(kind, body):
    if kind == "T":
        at, body = 2, bytearray(body)
        while at < len(body):
            at = body.index(0, at) + 1
            body[at:at + 4] = b"\0\0\0\0"
            at += 18
    elif kind in "EN":
        body = b"\0".join(field for field in bytes(body).split(b"\0") if field[:1] not in (b"F", b"L", b"R"))
    return bytes(body)


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        body = struct.pack(">i", 196608) + string("user") + string("postgres") + string("database") + string("postgres") + b"\0"
        self.socket.sendall(struct.pack(">i", len(body) + 4) + body)
        self.file = self.socket.makefile("rb")
        self.until_ready()

    def until_ready(self):
        answer = []
        while not answer or answer[-1][0] != "Z":
            kind = self.file.read(1).decode()
            body = self.file.read(struct.unpack(">i", self.file.read(4))[0] - 4)
            answer.append((kind, text(masked(kind, body))))
        return answer


if __name__ == "__main__":
    for name, requests in CONVERSATIONS.items():
        client = Client(int(sys.argv[1]))
        print("#", name)
        for request in requests:
            print(">", request.hex())
            client.socket.sendall(request)
            for kind, body in client.until_ready():
                print("<", kind, body)
        client.socket.close()
