package dev.nibble.kernel.magic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.display.NoOutput;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.Cells;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Places in notebooks about quantization, each with what a person means there. */
class CompletionPositionsTest {
    private static final String MARK = "¦";
    private static Cells cells;

    @BeforeAll
    static void open() {
        cells = Cells.create(RenderOptions.DEFAULT);
        for (Position position : positions()) {
            if (position.first().equals("SETUP")) {
                var shown = new NoOutput();
                assertThat(cells.run(CellRequest.of(position.code()), shown).error())
                        .as(position.code())
                        .isNull();
            }
        }
    }

    @AfterAll
    static void close() {
        cells.close();
    }

    /**
     * A place in a cell.
     *
     * @param code with the mark where the cursor is
     * @param first what is expected first, a type and a signature behind it, each optional; NOTHING for nothing
     */
    record Position(String code, String first) {
        @Override
        public String toString() {
            return code.replace("\n", "⏎");
        }
    }

    /** The file has cells between lines that say what is expected. */
    static List<Position> positions() {
        var positions = new ArrayList<Position>();
        var code = new StringBuilder();
        try (InputStream in = CompletionPositionsTest.class.getResourceAsStream("completion-positions.txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith("==> ")) {
                    positions.add(new Position(
                            code.toString().strip(), line.substring(4).strip()));
                    code.setLength(0);
                } else if (!line.startsWith("#")) {
                    code.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return positions;
    }

    static List<Position> asked() {
        return positions().stream()
                .filter(position -> !position.first().equals("SETUP"))
                .toList();
    }

    private static Completion complete(Position position) {
        int cursor = position.code().indexOf(MARK);
        assertThat(cursor).as("the mark in " + position.code()).isNotNegative();
        return new CellCompletions(cells.magics(), cells.engine())
                .complete(position.code().replace(MARK, ""), cursor);
    }

    @ParameterizedTest
    @MethodSource("asked")
    void theFirstIsMeant(Position position) {
        List<Match> matches = complete(position).matches();
        String all = matches.stream()
                .limit(12)
                .map(match -> match.text() + " | " + match.type() + " | " + match.signature())
                .reduce("", (a, b) -> a + "\n" + b);
        if (position.first().equals("NOTHING")) {
            assertThat(matches).as(all).isEmpty();
            return;
        }
        String[] wanted = position.first().split(" \\| ", -1);
        assertThat(matches).as(position.code()).isNotEmpty();
        assertThat(matches.getFirst().text()).as(all).isEqualTo(wanted[0]);
        if (wanted.length > 1) {
            assertThat(matches.getFirst().type()).as(all).isEqualTo(wanted[1]);
        }
        if (wanted.length > 2) {
            assertThat(matches.getFirst().signature()).as(all).isEqualTo(wanted[2]);
        }
    }

    @Test
    void thereAreFiftyPlaces() {
        assertThat(asked()).hasSizeGreaterThanOrEqualTo(50);
    }

    @Test
    void aCellIsOfferedTheMagicsOfCells() {
        List<String> whole = complete(new Position("%%¦", "")).matches().stream()
                .map(Match::text)
                .toList();
        assertThat(whole).contains("%%time", "%%bash", "%%file").doesNotContain("%%who", "%%maven", "%%tb");
        assertThat(complete(new Position("%¦", "")).matches().stream().map(Match::text))
                .contains("%time", "%bash", "%who")
                .doesNotContain("%file", "%html");
    }

    @Test
    void aWholeWordIsReplacedByWhatBeginsLikeIt() {
        Completion found = complete(new Position("w.ro¦ws()", ""));
        assertThat(found.start()).isEqualTo(2);
        assertThat(found.end()).isEqualTo(6);
        assertThat(found.matches().getFirst().text()).isEqualTo("rows");
        Completion other = complete(new Position("w.ro¦xyz", ""));
        assertThat(other.end()).isEqualTo(4);
    }
}
