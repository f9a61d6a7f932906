package dev.nibble.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Trace;
import dev.nibble.format.BlockWeights;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.gguf.ScaleTried;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class FramesTest {
    private static Matrix matrix(float... values) {
        return Matrix.of("w", 1, values.length, values);
    }

    private static List<Frame> frames(String recipe, Matrix w) {
        Trace trace = Trace.record();
        Formats.parse(recipe).quantize(w, trace);
        return Frames.of(trace.steps());
    }

    @Test
    void integersAreShownWeightByWeightWithTheirArithmetic() {
        // Range -1.5 to 2.25 in 15 steps of a quarter: 0.6 lies 8.4 steps above -1.5.
        List<Frame> frames = frames("int4:asym:g4", matrix(-1.5f, 0.6f, 2.25f, 0f));
        assertThat(frames).hasSize(1 + 4 + 1);
        assertThat(frames.getFirst().sentence()).contains("between -1.5 and 2.25", "16 codes in steps of 0.25");
        assertThat(frames.get(2).sentence()).contains("Weight 1, 0.6", "at 8.4:", "code 8", "0.5", "-0.1 or 40 %");
        assertThat(frames.get(3).sentence()).contains("code 15", "an error of 0");
        // One error of 0.1 among four weights.
        assertThat(frames.getLast().sentence()).contains("error is 0.05, or 0.2 of a step");
    }

    @Test
    void codeBooksAreShownWithTheValueThatIsNearest() {
        // NF4's values next to 0.3 are 0.2461 (code 10) and 0.3379 (code 11), Dettmers et al., appendix E.
        List<Frame> frames = frames("nf4:b64", matrix(2f, 0.6f, -2f, 0f));
        assertThat(frames).hasSizeGreaterThan(4);
        assertThat(frames.get(2).sentence())
                .contains("Weight 1 is 0.3 of the block's scale 2", "0.3379, code 11", "the next, 0.2461");
    }

    @Test
    void floatsAreShownBitByBit() {
        // 0.3 = 1.001 10011… · 2^-2: e4m3 keeps 1.001 and cuts off more than a half, so it takes 1.010, or 1.25 / 4.
        Frame frame = frames("fp8:e4m3:plain", matrix(0.3f, 1.1875f)).stream()
                .filter(one -> one.sentence().contains("is 0.3,"))
                .findFirst()
                .orElseThrow();
        assertThat(frame.sentence())
                .contains("0 0101 010", "0.3125", "rounded up")
                .doesNotContain("tie");
        assertThat(frame.picture().get().svg()).contains("more than a half", "5 - 7: 2^-2", "1.25");
        // 1.1875 = 1.0011b lies between 1.125 and 1.25.
        Frame tie = frames("fp8:e4m3:plain", matrix(0.3f, 1.1875f)).getLast();
        assertThat(tie.sentence()).contains("1.25", "rounded up at a tie");
    }

    @Test
    void searchesAreShownCandidateByCandidate() {
        Matrix w = Generators.gaussian(1, 256, 7);
        Trace trace = Trace.record();
        Formats.parse("q4_k").quantize(w, trace);
        List<Frame> frames = Frames.of(trace.steps());
        List<ScaleTried> tried = trace.steps(ScaleTried.class);
        assertThat(frames).hasSize(tried.size() + 1);
        for (int i = 0; i < 20; i++) {
            assertThat(frames.get(i).sentence())
                    .contains("error " + Numbers.text(tried.get(i).error()))
                    .contains("scale " + Numbers.text(tried.get(i).scale()));
        }
        assertThat(frames.get(3).picture().get().svg()).contains("32 weights from column 0", "candidates");
        assertThat(frames.getLast().sentence()).contains("block of 256 weights");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int4:sym:g16",
                "int8:row",
                "int4:hqq:g32",
                "int3:mse:g16",
                "int4:tinygemm:g32",
                "int1",
                "nf4:b64:dq",
                "kmeans",
                "fp4",
                "mxfp4",
                "nvfp4",
                "q4_0",
                "q6_k",
                "iq4_nl",
                "q3_k",
                "bf16",
                "ternary"
            })
    void everyFrameOfEveryFormatCanBeDrawn(String recipe) throws Exception {
        List<Frame> frames = frames(recipe, Generators.gaussian(1, 256, 5));
        var parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        for (int i = 0; i < frames.size(); i += Math.max(1, frames.size() / 12)) {
            Frame frame = frames.get(i);
            Drawing drawing = frame.picture().get();
            assertThat(frame.sentence()).as(recipe).endsWith(".").doesNotContain("NaN", "null");
            assertThat(drawing.height()).isBetween(60, 600);
            assertThat(drawing.svg().length()).isLessThan(40_000);
            var svg = parser.parse(new InputSource(new StringReader(drawing.svg())))
                    .getDocumentElement();
            assertThat(svg.getTagName()).isEqualTo("svg");
            assertThat(drawing.svg()).doesNotContain("NaN", "Infinity");
        }
    }

    @Test
    void aPictureIsAPngOfOneAndAHalfTimesTheSize() throws IOException {
        Drawing drawing = frames("int4:g4", matrix(1, 2, 3, 4)).get(1).picture().get();
        var image = ImageIO.read(new ByteArrayInputStream(drawing.png()));
        assertThat(image.getWidth()).isEqualTo(drawing.width() * 3 / 2);
        assertThat(image.getRGB(2, 2) & 0xffffff).isEqualTo(0xffffff);
        assertThat(drawing.png().length).isLessThan(40_000);
    }

    /** A step of somebody else's. */
    record RowSkipped(int row, float[] weights, String why) implements Trace.Step {}

    @Test
    void stepsThatNobodyKnowsAreShownByTheirFields() {
        Frame frame = Frames.of(List.of(new RowSkipped(3, new float[] {0.5f, -1f}, "<zero>")))
                .getFirst();
        assertThat(frame.sentence()).isEqualTo("Row skipped: row = 3, weights = [0.5, -1], why = <zero>.");
        assertThat(frame.picture().get().svg()).contains("why = &lt;zero&gt;");
    }

    @ParameterizedTest
    @CsvSource({"int4:g32", "int3:mse:g32", "nf4:b64", "q4_0", "fp8:e4m3:plain"})
    void theFilmOfALargeMatrixHasAllOfItFromBothEnds(String recipe) {
        Matrix w = Generators.gaussian(2, 128, 3);
        Trace trace = Trace.record();
        Formats.parse(recipe).quantize(w, trace);
        List<Frame> frames = Frames.of(trace.steps());
        List<String> forward = frames.stream().map(Frame::sentence).toList();
        List<String> backward = new ArrayList<>();
        for (int i = frames.size() - 1; i >= 0; i--) {
            backward.add(frames.get(i).sentence());
        }
        assertThat(backward.reversed()).isEqualTo(forward).hasSizeGreaterThan(6);
        assertThat(frames.getLast().picture().get().svg()).contains("Row 1");
        assertThatThrownBy(() -> frames.get(frames.size())).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aFilmIsNotCut() {
        Trace trace = Trace.record();
        Matrix w = Generators.gaussian(500, 256, 3);
        Formats.parse("int4:g128").quantize(w, trace);
        // Of each block the grid, its 128 weights, and the end.
        List<Frame> frames = Frames.of(trace.steps());
        assertThat(frames).hasSize(1000 * 130);
        assertThat(frames.get(130_000 - 2).sentence())
                .startsWith("Weight 127, " + Numbers.text(w.values()[500 * 256 - 1]) + ",");
    }

    @Test
    void anEmptyTraceIsRefusedWithWhatToDo() {
        assertThatThrownBy(() -> Frames.of(Trace.record().steps())).hasMessageContaining("Trace.record()");
    }

    @ParameterizedTest
    @CsvSource({"int4:g32", "int4:sym:g32", "int8:row", "int4:awq:g32", "int4:tinygemm:g32", "q4_0", "q4_k", "q6_k"})
    void whatATraceTellsOfWeightsIsWhatIsDecoded(String recipe) {
        Matrix w = Generators.gaussian(2, 256, 11);
        Trace trace = Trace.record();
        Quantized q = Formats.parse(recipe).quantize(w, trace);
        float[] decoded = q.dequantize().values();
        int told = 0;
        for (BlockWeights block : trace.steps(BlockWeights.class)) {
            int from = block.row() * w.cols() + block.column();
            for (int i = 0; i < block.weights().length; i++) {
                assertThat(block.weights()[i]).isEqualTo(w.values()[from + i]);
                assertThat(block.decoded()[i]).isEqualTo(decoded[from + i]);
                told++;
            }
        }
        assertThat(told).isEqualTo(512);
    }

    @ParameterizedTest
    @CsvSource({"int, 4, 16", "nf, 4, 16", "nf, 3, 8", "fp, 4, 15", "fp, 3, 7", "int, 2, 4", "fp, 2, 3", "fp, 8, 253"})
    void aFamilysNumberLineHasItsValues(String family, int bits, int values) {
        assertThat(Charts.numberLine(family, bits).series().getFirst().x()).hasSize(values);
    }
}
