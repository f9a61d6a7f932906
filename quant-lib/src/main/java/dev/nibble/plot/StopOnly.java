package dev.nibble.plot;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;

/** Passes on the request to stop and shows nothing: for the parts of a whole that has its own bar. */
record StopOnly(CancelToken cancelToken) implements Progress {
    static Progress stopOnly(Progress progress) {
        return new StopOnly(progress.cancelToken());
    }

    @Override
    public Task task(String title, long total, String unit) {
        return new Task() {
            @Override
            public void step(long amount) {
                cancelToken.check(title);
            }

            @Override
            public void close() {}
        };
    }
}
