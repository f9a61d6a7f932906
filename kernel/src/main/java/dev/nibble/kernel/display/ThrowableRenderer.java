package dev.nibble.kernel.display;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** An exception that is a value, not an error of the cell: its class, message, causes and first frames. */
public final class ThrowableRenderer implements Renderer<Throwable> {
    private static final int FRAMES = 10;
    private static final int CAUSES = 5;

    @Override
    public Class<Throwable> type() {
        return Throwable.class;
    }

    @Override
    public MimeBundle render(Throwable thrown, RenderOptions options) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable t = thrown; t != null && seen.size() < CAUSES && seen.add(t); t = t.getCause()) {
            text.append(text.isEmpty() ? "" : "\nCaused by: ").append(ValueText.clip(String.valueOf(t), 1_000));
            StackTraceElement[] frames = t.getStackTrace();
            for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
                text.append("\n    at ").append(frames[i]);
            }
            text.append(frames.length > FRAMES ? "\n    … " + (frames.length - FRAMES) + " more" : "");
        }
        return MimeBundle.text(ValueText.clip(text, ValueText.MAX_LENGTH));
    }
}
