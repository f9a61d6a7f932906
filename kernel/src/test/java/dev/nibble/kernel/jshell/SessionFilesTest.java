package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionFilesTest {
    /** Two of them do not fit into what is kept. */
    private static final int LARGE = 7 << 20;

    @TempDir
    private Path folder;

    @Test
    void aClassPathThatIsListedAnewMakesRoomForItsClassFiles() throws IOException {
        Path large = folder.resolve("lab/Large.class");
        Files.createDirectories(large.getParent());
        Files.write(large, new byte[LARGE]);
        try (var files = new SessionFiles(ToolProvider.getSystemJavaCompiler(), new SessionPath(folder.toString()))) {
            assertThat(read(files)).hasSize(LARGE);
            files.follow();
            JavaFileObject again = file(files);
            assertThat(read(again)).hasSize(LARGE);
            Files.delete(large);
            assertThat(read(again)).as("kept, not read").hasSize(LARGE);
        }
    }

    private static byte[] read(SessionFiles files) throws IOException {
        return read(file(files));
    }

    private static JavaFileObject file(SessionFiles files) throws IOException {
        return files.list(StandardLocation.CLASS_PATH, "lab", Set.of(JavaFileObject.Kind.CLASS), false)
                .iterator()
                .next();
    }

    private static byte[] read(JavaFileObject file) throws IOException {
        try (InputStream in = file.openInputStream()) {
            return in.readAllBytes();
        }
    }
}
