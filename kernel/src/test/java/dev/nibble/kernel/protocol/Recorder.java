package dev.nibble.kernel.protocol;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Notes what a cell shows. */
@SuppressWarnings("JdkObsolete") // written by many threads
final class Recorder implements Output {
    final StringBuffer stdout = new StringBuffer();
    final StringBuffer stderr = new StringBuffer();
    final List<MimeBundle> displays = Collections.synchronizedList(new ArrayList<>());
    final List<String> ids = Collections.synchronizedList(new ArrayList<>());
    final List<String> updatedIds = Collections.synchronizedList(new ArrayList<>());
    final List<ProgressState> progress = Collections.synchronizedList(new ArrayList<>());
    int cleared;
    MimeBundle result;
    String traceback = "";
    String next;

    @Override
    public void stream(String name, String text) {
        (name.equals("stdout") ? stdout : stderr).append(text);
    }

    @Override
    public void display(MimeBundle bundle, String displayId) {
        displays.add(bundle);
        ids.add(displayId);
    }

    @Override
    public void update(MimeBundle bundle, String displayId) {
        displays.add(bundle);
        updatedIds.add(displayId);
    }

    @Override
    public void result(int executionCount, MimeBundle bundle) {
        result = bundle;
    }

    @Override
    public void clear(boolean wait) {
        cleared++;
    }

    @Override
    public void error(String name, String value, List<String> lines) {
        traceback = String.join("\n", lines).replaceAll("\u001b\\[[0-9;]*m", "");
    }

    @Override
    public void progress(ProgressState state) {
        progress.add(state);
    }

    @Override
    public void nextInput(String code, boolean replace) {
        next = code;
    }

    /** What was displayed last, in one of its kinds. */
    String displayed(String type) {
        return String.valueOf(displays.getLast().data().get(type));
    }

    /** The last expression's text, or null. */
    Object text() {
        return result == null ? null : result.data().get("text/plain");
    }
}
