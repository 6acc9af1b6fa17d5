package omendb.pgwire;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import omendb.pgwire.protocol.ClientBytes;

/// A client that sends bytes and reads messages, and knows nothing of our classes.
final class WireClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private int processId;
    private int secretKey;
    private boolean maskTableOids;

    /// A message of the server: type and body.
    record Message(char type, String text) {
        @Override
        public String toString() {
            return type + (text.isEmpty() ? "" : " " + text);
        }
    }

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    }

    static WireClient raw(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(address, 5_000);
        socket.setSoTimeout(20_000);
        return new WireClient(socket);
    }

    static WireClient connect(InetSocketAddress address) throws IOException {
        WireClient client = raw(address);
        client.send(ClientBytes.of().startup("user", "postgres", "database", "postgres"));
        client.readUntilReady();
        return client;
    }

    void send(ClientBytes bytes) throws IOException {
        socket.getOutputStream().write(bytes.toByteArray());
        socket.getOutputStream().flush();
    }

    int processId() {
        return processId;
    }

    int secretKey() {
        return secretKey;
    }

    Socket socket() {
        return socket;
    }

    int readByte() throws IOException {
        return in.read();
    }

    Message read() throws IOException {
        char type = (char) in.readUnsignedByte();
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        if (type == 'K') {
            var key = java.nio.ByteBuffer.wrap(body);
            processId = key.getInt();
            secretKey = key.getInt();
            return new Message(type, "");
        }
        if (type == 'T' && maskTableOids) {
            maskTableOids(body);
        }
        return new Message(type, text(body));
    }

    /// Everything up to and with ReadyForQuery.
    List<String> readUntilReady() throws IOException {
        List<String> messages = new ArrayList<>();
        while (true) {
            Message message = read();
            messages.add(message.toString());
            if (message.type == 'Z') {
                return messages;
            }
        }
    }

    /// The same with the oids of tables in RowDescription set to 0.
    List<String> readMaskedUntilReady() throws IOException {
        maskTableOids = true;
        try {
            return readUntilReady();
        } finally {
            maskTableOids = false;
        }
    }

    private static void maskTableOids(byte[] description) {
        for (int at = 2; at < description.length; at += 18) {
            while (description[at] != 0) {
                at++;
            }
            at++;
            java.util.Arrays.fill(description, at, at + 4, (byte) 0);
        }
    }

    /// Everything until the server closes the connection.
    List<String> readToEnd() throws IOException {
        List<String> messages = new ArrayList<>();
        try {
            while (true) {
                messages.add(read().toString());
            }
        } catch (EOFException | java.net.SocketException e) {
            return messages;
        }
    }

    /// Reads and forgets until the server closes the connection.
    void readBytesToEnd() throws IOException {
        byte[] buffer = new byte[8192];
        try {
            while (in.read(buffer) >= 0) {}
        } catch (java.net.SocketException reset) {
            // an end as well
        }
    }

    List<String> query(String sql) throws IOException {
        send(ClientBytes.of().query(sql));
        return readUntilReady();
    }

    /// Printable characters as they are, zero bytes as |, others as hex.
    private static String text(byte[] body) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(body, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (c == 0) {
                text.append('|');
            } else if (c >= ' ' && c < 127) {
                text.append(c);
            } else {
                text.append(String.format("<%02x>", (int) c));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
