package dev.nibble.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.checkpoint.OutputFile;
import dev.nibble.model.NibbleHome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/** Rows that were computed, by all that they depend on. A file that can not be read is as good as none. */
final class RowCache {
    private static final ObjectMapper JSON =
            JsonMapper.builder().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();

    private final Path folder;

    RowCache(Path folder) {
        this.folder = folder;
    }

    static RowCache ofThisMachine() {
        return new RowCache(NibbleHome.path().resolve("results"));
    }

    /** The row that was computed of what the text says. */
    <T> Optional<T> find(String what, Class<T> kind) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file(what)), kind));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** Keeps a row; where that can not be done, it is computed again another time. */
    void keep(String what, Record row) {
        try {
            Files.createDirectories(folder);
            OutputFile.write(file(what), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(row));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        } catch (IOException | CheckpointException full) {
            // a folder that can not be written to costs time, not results
        }
    }

    private Path file(String what) {
        byte[] hash = ModelHash.sha256().digest(what.getBytes(StandardCharsets.UTF_8));
        return folder.resolve(HexFormat.of().formatHex(hash, 0, 16) + ".json");
    }
}
