package dev.nibble.kernel.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** The other end of a kernel's sockets, for a kernel that asks itself. Used by one thread. */
public final class Client implements AutoCloseable {
    private static final int PORTS = 5;
    private static final String LOOPBACK = "127.0.0.1";

    private final ZMQ.Context context = ZMQ.context(1);
    private final ZMQ.Socket shell = context.socket(SocketType.DEALER);
    private final ZMQ.Socket published = context.socket(SocketType.SUB);
    private final Wire wire;

    /**
     * Connects to the kernel that a connection file tells of, or will soon.
     *
     * @param millis how long an answer may take
     */
    public Client(Path connectionFile, String protocolVersion, int millis) throws IOException {
        KernelConnectionProperties properties = ConnectionFile.read(connectionFile);
        wire = new Wire(ConnectionFile.signer(properties, connectionFile), protocolVersion);
        published.subscribe(new byte[0]);
        for (ZMQ.Socket socket : List.of(shell, published)) {
            socket.setLinger(0);
            socket.setReceiveTimeOut(millis);
        }
        published.connect("tcp://" + LOOPBACK + ":" + properties.getIopubPort());
        shell.connect("tcp://" + LOOPBACK + ":" + properties.getShellPort());
    }

    /** Writes a connection file with ports of this machine that are free now, and a key nobody knows. */
    public static void writeConnectionFile(Path file) throws IOException {
        var held = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < PORTS; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            int[] ports = held.stream().mapToInt(ServerSocket::getLocalPort).toArray();
            String key = UUID.randomUUID().toString();
            var properties = new KernelConnectionProperties(
                    LOOPBACK, ports[0], ports[1], ports[2], ports[3], ports[4], "tcp", "hmac-sha256", key);
            Files.writeString(file, properties.toJsonString());
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    /**
     * Sends a request and waits for its reply.
     *
     * @return what the reply says
     * @throws IOException if none comes in time
     */
    public JsonNode ask(String type, ObjectNode content) throws IOException {
        List<byte[]> frames = wire.build(List.of(), type, null, null, content, List.of());
        for (int i = 0; i < frames.size(); i++) {
            shell.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
        }
        var answer = new ArrayList<byte[]>();
        do {
            byte[] frame = shell.recv();
            if (frame == null) {
                throw new IOException("no reply to " + type);
            }
            answer.add(frame);
        } while (shell.hasReceiveMore());
        try {
            return wire.parse(answer).request().content();
        } catch (Wire.NotAMessage e) {
            throw new IOException("the reply to " + type + " is " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        shell.close();
        published.close();
        context.term();
    }
}
