package dev.nibble.kernel.channel;

import dev.nibble.kernel.protocol.Dispatcher;
import dev.nibble.kernel.protocol.Request;
import dev.nibble.kernel.protocol.Subshells;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The lanes of the shell channel: the main one, and one for each subshell. Safe to use from any thread. */
final class ShellLanes implements RequestChannel.Lanes, Subshells {
    private static final int MAX_SUBSHELLS = 100;
    private static final long SOON = 1_000;

    private final RequestChannel shell;
    private final Dispatcher dispatcher;
    private final Lane main;
    /** In the order of their making. */
    private final Map<String, Lane> subshells = new LinkedHashMap<>();

    ShellLanes(RequestChannel shell, Dispatcher dispatcher) {
        this.shell = shell;
        this.dispatcher = dispatcher;
        main = Lane.start("shell", dispatcher);
    }

    @Override
    public synchronized Lane of(Request request) {
        String id = request.subshell();
        return id == null ? main : subshells.get(id);
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
