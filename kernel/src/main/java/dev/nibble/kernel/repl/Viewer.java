package dev.nibble.kernel.repl;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Opens a picture in the program that this desktop has for pictures; does nothing where there is no desktop. */
final class Viewer {
    private final List<String> command;

    private Viewer(List<String> command) {
        this.command = command;
    }

    /** The one of the machine that we sit at. */
    static Viewer ofThisDesktop() {
        return of(System.getProperty("os.name"), System.getenv());
    }

    static Viewer of(String system, Map<String, String> environment) {
        // Whoever came over the network does not sit at the desktop of this machine.
        if (environment.containsKey("SSH_CONNECTION") && !environment.containsKey("DISPLAY")) {
            return none();
        }
        if (system.startsWith("Mac")) {
            return new Viewer(List.of("open"));
        }
        if (system.startsWith("Windows")) {
            return new Viewer(List.of("cmd", "/c", "start", ""));
        }
        boolean graphical = environment.containsKey("DISPLAY") || environment.containsKey("WAYLAND_DISPLAY");
        return graphical ? new Viewer(List.of("xdg-open")) : none();
    }

    /** Opens nothing. */
    static Viewer none() {
        return new Viewer(List.of());
    }

    List<String> command() {
        return command;
    }

    /** Returns at once; the path is printed in any case, so a desktop that can not show it is no error. */
    void open(Path file) {
        if (command.isEmpty()) {
            return;
        }
        var words = new ArrayList<>(command);
        words.add(file.toString());
        try {
            var _ = new ProcessBuilder(words)
                    .redirectInput(Redirect.PIPE)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
        } catch (IOException noViewer) {
            // as said above
        }
    }
}
