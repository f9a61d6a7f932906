package dev.nibble.checkpoint;

import dev.nibble.tensor.MappedFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tells the kinds of model files apart, by their first bytes. */
final class Checkpoints {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ZIP = 0x04034b50;

    private Checkpoints() {}

    static Checkpoint open(Path path) {
        if (Files.isDirectory(path)) {
            return ModelFolder.open(path);
        }
        if (String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ShardIndex.SUFFIX)) {
            return ModelFolder.openIndex(path);
        }
        MappedCheckpoint file = openFile(path);
        return SplitGguf.isPart(file) ? SplitGguf.open(file) : file;
    }

    /** Opens one file, even if it is only a part of a model. */
    static MappedCheckpoint openFile(Path path) {
        if (!Files.exists(path)) {
            throw new CheckpointException(path
                    + (Files.isSymbolicLink(path)
                            ? " is a link to a file that is not there: fetch it again"
                            : ": there is no such file"));
        }
        if (!Files.isRegularFile(path)) { // opening a pipe would wait for its other end
            throw new CheckpointException(path + " is a device or a pipe; expected a .gguf or .safetensors file");
        }
        MappedFile file;
        try {
            file = MappedFile.open(path);
        } catch (AccessDeniedException e) {
            throw new CheckpointException(path + " can not be read: permission denied", e);
        } catch (IOException e) {
            throw new CheckpointException(path + " can not be read: " + e.getMessage(), e);
        }
        try {
            return read(file);
        } catch (CheckpointException e) {
            file.close();
            throw e;
        } catch (InternalError e) { // how the JVM reports a page that the file does not have any more
            file.close();
            throw new CheckpointException(path + ": the file became shorter while it was being read", e);
        } catch (RuntimeException e) {
            file.close();
            throw new CheckpointException(path + " can not be read: " + e, e);
        }
    }

    private static MappedCheckpoint read(MappedFile file) {
        String name = file.path().getFileName().toString();
        String lower = name.toLowerCase(Locale.ROOT);
        int magic = file.size() < 4 ? 0 : file.bytes().get(INT, 0);
        if (magic == Gguf.MAGIC || lower.endsWith(".gguf")) {
            return Gguf.read(file);
        }
        boolean pickle = (magic & 0xff) == 0x80 && (magic >>> 8 & 0xff) <= 5;
        if (lower.endsWith(".safetensors") || (magic != ZIP && !pickle && looksLikeJson(file))) {
            return Safetensors.read(file);
        }
        throw new CheckpointException(
                magic == ZIP || pickle
                        ? name + " is " + Pickles.REFUSAL
                        : name + " is neither a GGUF nor a safetensors file");
    }

    private static boolean looksLikeJson(MappedFile file) {
        return file.size() > 8 && "{ \t\r\n".indexOf(file.bytes().get(ValueLayout.JAVA_BYTE, 8)) >= 0;
    }
}
