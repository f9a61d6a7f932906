package dev.nibble.kernel.channel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionFileTest {
    @TempDir
    private Path folder;

    @Test
    void aMissingFileIsCalledMissing() {
        Path file = folder.resolve("kernel-7.json");
        assertThatThrownBy(() -> ConnectionFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": there is no such connection file; Jupyter writes one and names it");
    }
}
