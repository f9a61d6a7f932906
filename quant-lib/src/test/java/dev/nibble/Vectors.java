package dev.nibble;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.tensor.Matrix;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Numbers that other software made, and the input it made them from. */
public final class Vectors {
    private Vectors() {}

    /** One of the files of src/test/resources/vectors, whose "about" says where it is from. */
    public static JsonNode read(String file) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The input of all quantization vectors: sums of four numbers of a linear congruential generator, exact in float32. */
    public static Matrix ih4(int rows, int cols, int seed) {
        long s = seed;
        float[] values = new float[rows * cols];
        for (int k = 0; k < values.length; k++) {
            long sum = 0;
            for (int i = 0; i < 4; i++) {
                s = (s * 1103515245 + 12345) & 0x7fffffff;
                sum += (s >> 8) & 0xffff;
            }
            values[k] = (sum - 131072) / 65536f;
        }
        return Matrix.of("ih4(" + values.length + "," + seed + ")", rows, cols, values);
    }

    /** First 16 hexadecimal digits of the SHA-256 of the bytes. */
    public static String sha16(byte[] bytes) {
        return sha(bytes).substring(0, 16);
    }

    /** The same of the numbers as float32 little-endian. */
    public static String sha16(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return sha16(bytes.array());
    }

    public static String sha(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
