package dev.nibble.kernel.channel;

import dev.nibble.kernel.protocol.Comms;
import dev.nibble.kernel.protocol.Dispatcher;
import dev.nibble.kernel.protocol.Request;
import dev.nibble.kernel.protocol.Subshells;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The lanes of the shell channel: the main one, one for each subshell, and one for the comms' messages that belong to no
 * subshell: a widget must not wait for the cell that runs. Safe to use from any thread.
 */
final class ShellLanes implements RequestChannel.Lanes, Subshells {
    private static final int MAX_SUBSHELLS = 100;
    private static final long SOON = 1_000;
    private static final Set<String> OF_COMMS = Set.of("comm_open", "comm_msg", "comm_close", "comm_info_request");

    private final RequestChannel shell;
    private final Dispatcher dispatcher;
    private final Comms comms;
    private final Lane main;
    private final Lane beside;
    /** In the order of their making. */
    private final Map<String, Lane> subshells = new LinkedHashMap<>();

    ShellLanes(RequestChannel shell, Dispatcher dispatcher, Comms comms) {
        this.shell = shell;
        this.dispatcher = dispatcher;
        this.comms = comms;
        main = Lane.start("shell", dispatcher);
        beside = Lane.start("comms", dispatcher);
    }

    @Override
    public Lane of(Request request) {
        Lane lane = lane(request);
        if (lane != null) {
            comms.arrived(request);
        }
        return lane;
    }

    private synchronized Lane lane(Request request) {
        String id = request.subshell();
        if (id != null) {
            return subshells.get(id);
        }
        return OF_COMMS.contains(request.type()) ? beside : main;
    }

    @Override
    public synchronized String create() {
        if (subshells.size() == MAX_SUBSHELLS) {
            throw new Request.BadRequest("there are " + MAX_SUBSHELLS + " subshells already; delete one first");
        }
        String id = UUID.randomUUID().toString();
        subshells.put(id, Lane.start("subshell-" + id.substring(0, 8), dispatcher));
        return id;
    }

    @Override
    public void delete(String id) throws InterruptedException {
        Lane lane;
        synchronized (this) {
            lane = subshells.remove(id);
        }
        if (lane == null) {
            throw new Request.BadRequest("there is no subshell of that id");
        }
        // Where lanes are filled, so that nothing comes in behind the end.
        boolean _ = shell.postAndWait(lane::close, SOON);
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(subshells.keySet());
    }
}
