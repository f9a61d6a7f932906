package dev.nibble.tests.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Writes a small safetensors file: one matrix of normal weights, [8, 64] in F32, and a vector. */
final class TinyModel {
    private static final int OUT = 8;
    private static final int IN = 64;

    /** Makes a weight of a number. */
    @FunctionalInterface
    interface Weight {
        float of(float normal);
    }

    private TinyModel() {}

    static Path write(Path file) {
        return write(file, normal -> normal * 0.05f);
    }

    /** The same with weights of three values: -0.05, 0 and 0.05. */
    static Path writeTernary(Path file) {
        return write(file, normal -> 0.05f * Math.clamp(Math.round(normal), -1, 1));
    }

    /** @param weight what becomes of a number from the standard normal distribution */
    static Path write(Path file, Weight weight) {
        int matrix = OUT * IN * Float.BYTES;
        String header = """
            {"__metadata__":{"made_by":"a test"},\
            "layers.0.mlp.down.weight":{"dtype":"F32","shape":[%d,%d],"data_offsets":[0,%d]},\
            "norm.weight":{"dtype":"F32","shape":[4],"data_offsets":[%d,%d]}}""".formatted(OUT, IN, matrix, matrix, matrix + 4 * Float.BYTES);
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        var bytes =
                ByteBuffer.allocate(8 + json.length + matrix + 4 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        var random = new Random(3);
        for (int i = 0; i < OUT * IN; i++) {
            bytes.putFloat(weight.of((float) random.nextGaussian()));
        }
        for (int i = 0; i < 4; i++) {
            bytes.putFloat(1);
        }
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes.array());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A file with one matrix of zeros in float16, [rows, 1024], which takes no room on most disks. */
    static Path writeLarge(Path file, int rows) {
        long bytes = 2L * rows * 1024;
        byte[] json = ("{\"layers.0.w\":{\"dtype\":\"F16\",\"shape\":[" + rows + ",1024],\"data_offsets\":[0," + bytes
                        + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        try (var out = new RandomAccessFile(file.toFile(), "rw")) {
            out.writeLong(Long.reverseBytes(json.length));
            out.write(json);
            out.setLength(8 + json.length + bytes);
            return file;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
