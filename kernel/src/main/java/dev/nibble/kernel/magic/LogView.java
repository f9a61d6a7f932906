package dev.nibble.kernel.magic;

import dev.nibble.kernel.cell.Cell;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What loggers of the JDK write, shown in the cell whose code makes them write. */
final class LogView extends Handler {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    /** Names that people write, which those of the JDK are translated to. */
    static final Map<String, Level> LEVELS = Map.of(
            "off", Level.OFF,
            "error", Level.SEVERE,
            "warning", Level.WARNING,
            "info", Level.INFO,
            "debug", Level.FINE,
            "trace", Level.FINEST);

    private final SimpleFormatter formatter = new SimpleFormatter();
    /** Loggers with a level of ours; the JDK would forget them, and their levels with them. Guarded by this. */
    private final Map<String, Logger> held = new HashMap<>();

    private boolean installed;

    /** Shows what a logger and those below it write, from a level on. */
    synchronized void show(String name, Level level) {
        Logger logger = Logger.getLogger(name);
        held.put(name, logger);
        logger.setLevel(level);
        if (!installed) {
            installed = true;
            Logger root = Logger.getLogger("");
            for (Handler other : root.getHandlers()) {
                root.removeHandler(other); // else each line would come twice
            }
            setLevel(Level.ALL);
            root.addHandler(this);
        }
    }

    /** The loggers that have a level of their own, by name; that of all others is the one of the empty name. */
    static Map<String, Level> levels() {
        Map<String, Level> levels = new TreeMap<>();
        LogManager.getLogManager().getLoggerNames().asIterator().forEachRemaining(name -> {
            Logger logger = LogManager.getLogManager().getLogger(name);
            if (logger != null && logger.getLevel() != null) {
                levels.put(name, logger.getLevel());
            }
        });
        return levels;
    }

    /** The name that people write for a level. */
    static String name(Level level) {
        return LEVELS.entrySet().stream()
                .filter(entry -> entry.getValue().equals(level))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(level.getName().toLowerCase(Locale.ROOT));
    }

    @Override
    public void publish(LogRecord written) {
        Cell cell = Cell.current();
        if (cell == null || !isLoggable(written)) {
            return;
        }
        var text = new StringBuilder(TIME.format(LocalTime.ofInstant(written.getInstant(), ZoneId.systemDefault())));
        text.append(' ').append(name(written.getLevel())).append(' ').append(written.getLoggerName());
        text.append(": ").append(formatter.formatMessage(written));
        for (Throwable cause = written.getThrown(); cause != null; cause = cause.getCause()) {
            text.append("\n  ").append(cause);
        }
        cell.note(text.toString());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
