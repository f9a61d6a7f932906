package dev.nibble.tests.oracles;

import dev.nibble.format.packing.CompressedTensorsPacking;
import dev.nibble.format.packing.HqqPacking;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The words of a checkpoint that our packers make of codes, beside those of the original, and the way back. */
final class Packing {
    private Packing() {}

    static List<String> differences(OracleCase given) {
        int bits = given.facts().path("bits").asInt();
        int rows = given.rows();
        int cols = given.cols();
        byte[] theirs = OracleCase.bytes(given.expect().get("words"));
        byte[] codes = new byte[rows * cols];
        int[] wide = OracleCase.integers(given.arrays().get("codes"), codes.length);
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) wide[i];
        }
        byte[] mine;
        byte[] back;
        if (given.facts().path("layout").asText().equals("hqq")) {
            mine = HqqPacking.pack(codes, rows, cols, bits);
            back = HqqPacking.unpack(theirs, rows, cols, bits);
        } else {
            mine = bytes(CompressedTensorsPacking.packWeights(codes, rows, cols, bits));
            back = CompressedTensorsPacking.unpackWeights(words(theirs), rows, cols, bits);
        }
        List<String> differences = new ArrayList<>();
        int at = Arrays.mismatch(mine, theirs);
        if (at >= 0) {
            differences.add(
                    "the words differ from byte " + at + " of " + theirs.length + " (ours: " + mine.length + ")");
        }
        at = Arrays.mismatch(back, codes);
        if (at >= 0) {
            differences.add("their words give another code at " + at);
        }
        return differences;
    }

    private static byte[] bytes(int[] words) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(words);
        return buffer.array();
    }

    private static int[] words(byte[] bytes) {
        int[] words = new int[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
        return words;
    }
}
