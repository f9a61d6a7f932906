package dev.nibble.kernel.display;

import java.util.List;

/** Takes everything and shows nothing; who wants one kind of output overrides one method. */
public class NoOutput implements Output {
    @Override
    public void stream(String name, String text) {}

    @Override
    public void display(MimeBundle bundle, String displayId) {}

    @Override
    public void update(MimeBundle bundle, String displayId) {}

    @Override
    public void result(int executionCount, MimeBundle bundle) {}

    @Override
    public void clear(boolean wait) {}

    @Override
    public void error(String name, String value, List<String> traceback) {}
}
