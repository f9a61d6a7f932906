package dev.nibble.kernel.channel;

import dev.nibble.kernel.cell.MemoryReserve;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/** Sends back whatever comes, so that a front end knows that we live. */
final class HeartbeatChannel extends Channel {
    HeartbeatChannel(ZMQ.Context context) {
        super(context, SocketType.REP, "heartbeat");
    }

    @Override
    int port(KernelConnectionProperties properties) {
        return properties.getHbPort();
    }

    @Override
    void serve() {
        while (true) {
            try {
                List<byte[]> frames = receive();
                if (frames != null) {
                    send(frames);
                }
            } catch (OutOfMemoryError e) {
                MemoryReserve.release();
            }
        }
    }
}
