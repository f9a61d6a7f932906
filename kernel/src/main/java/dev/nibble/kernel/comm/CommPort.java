package dev.nibble.kernel.comm;

/** The way of comms to the front end. */
public interface CommPort {
    /** Where there is no front end, as in a headless run: comms open, and nobody is at the other end. */
    CommPort NOWHERE = new CommPort() {
        @Override
        public void open(Comm comm, CommMessage message) {}

        @Override
        public void send(Comm comm, CommMessage message) {}

        @Override
        public void close(Comm comm) {}
    };

    /** A comm was opened here. */
    void open(Comm comm, CommMessage message);

    void send(Comm comm, CommMessage message);

    /** A comm was closed here. */
    void close(Comm comm);
}
