package dev.nibble.kernel.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.kernel.history.History.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("state/history.sqlite");
    }

    private static List<String> codes(List<Entry> entries) {
        return entries.stream().map(Entry::code).toList();
    }

    @Test
    void theTailIsTheLastCellsOldestFirstOverSessions() {
        try (var first = new History(file())) {
            first.add(1, "int a = 1;", null);
            first.add(2, "a + 1", "2");
        }
        try (var second = new History(file())) {
            second.add(1, "\"new\"", "new");
            assertThat(codes(second.tail(2))).containsExactly("a + 1", "\"new\"");
            assertThat(second.tail(10)).hasSize(3);
            assertThat(second.tail(0)).isEmpty();
            Entry middle = second.tail(2).getFirst();
            assertThat(middle.number()).isEqualTo(2);
            assertThat(middle.result()).isEqualTo("2");
            assertThat(second.tail(3).getFirst().result()).isNull();
            assertThat(second.tail(1).getFirst().session()).isEqualTo(middle.session() + 1);
        }
    }

    @Test
    void aRangeIsOfOneSessionAndExcludesItsEnd() {
        try (var first = new History(file())) {
            for (int i = 1; i <= 5; i++) {
                first.add(i, "old " + i, null);
            }
        }
        try (var second = new History(file())) {
            for (int i = 1; i <= 5; i++) {
                second.add(i, "new " + i, null);
            }
            assertThat(codes(second.range(0, 2, 4))).containsExactly("new 2", "new 3");
            assertThat(codes(second.range(-1, 4, 100))).containsExactly("old 4", "old 5");
            long named = second.tail(1).getFirst().session() - 1;
            assertThat(codes(second.range(named, 1, 2))).containsExactly("old 1");
            assertThat(second.range(99, 1, 5)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "6 ?* 7*  | false | 10 | 6 * 7;6 * 70;6 * 7",
                "6 ?* 7*  | true  | 10 | 6 * 70;6 * 7",
                "6 ?* 7*  | false | 2  | 6 * 70;6 * 7",
                "6 ?* 7*  | true  | 1  | 6 * 7",
                "[0-9]*   | true  | 10 | 6 * 70;6 * 7",
                "x[^a]*   | true  | 10 | xbox",
                "X*       | false | 10 | none",
                "*'; drop table cells; --* | false | 10 | none"
            })
    void aSearchKnowsGlobs(String glob, boolean unique, int n, String expected) {
        try (var history = new History(file())) {
            int number = 0;
            for (String code : List.of("6 * 7", "xa", "6 * 70", "xbox", "6 * 7")) {
                history.add(++number, code, null);
            }
            assertThat(codes(history.search(glob, unique, n)))
                    .isEqualTo(expected == null ? List.of() : List.of(expected.split(";", -1)));
        }
    }

    @Test
    void whatNobodyWouldLookForIsNotKept() {
        try (var history = new History(null)) {
            history.add(1, "  \n", null);
            history.add(2, "x".repeat(2 << 20), null);
            history.add(3, "big", "y".repeat(1 << 20));
            assertThat(history.tail(10)).hasSize(1);
            assertThat(history.tail(1).getFirst().result()).hasSizeLessThan(20_000);
            assertThatThrownBy(() -> history.search("*a".repeat(1 << 16), true, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        try (var history = new History(file())) {
            history.add(1, "1", "1");
            assertThat(history.tail(1)).hasSize(1);
            for (Path part : List.of(file(), Path.of(file() + "-wal"))) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(part)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void severalKernelsWriteToOneFile() throws Exception {
        int kernels = 4;
        int cells = 50;
        var threads = new ArrayList<Thread>();
        for (int k = 0; k < kernels; k++) {
            String name = "k" + k;
            threads.add(Thread.ofPlatform().start(() -> {
                var history = new History(file());
                for (int i = 1; i <= cells; i++) {
                    history.add(i, name + " " + i, null);
                    if (i % 10 == 0) {
                        assertThat(history.tail(1)).hasSize(1);
                    }
                }
                assertThat(codes(history.range(0, 1, 1000))).hasSize(cells);
                history.close();
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        try (var history = new History(file())) {
            List<Entry> all = history.tail(1000);
            assertThat(new HashSet<>(codes(all))).hasSize(kernels * cells);
            var names = new HashSet<String>();
            for (Entry entry : all) {
                names.add(entry.session() + " " + entry.code().substring(0, 2));
            }
            assertThat(names).as("sessions are not shared").hasSize(kernels);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"this is no database, though long enough to be taken for the beginning of one", ""})
    void aBrokenFileIsSetAside(String content) throws IOException {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), content.repeat(100));
        try (var history = new History(file())) {
            history.add(1, "still works", null);
            assertThat(codes(history.tail(1))).containsExactly("still works");
        }
        try (var history = new History(file())) {
            assertThat(codes(history.tail(1))).containsExactly("still works");
        }
        assertThat(Files.exists(Path.of(file() + ".broken"))).isEqualTo(!content.isEmpty());
    }

    @Test
    void aFileOfANewerVersionIsLeftAlone() throws Exception {
        Files.createDirectories(file().getParent());
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement()) {
            statement.execute("pragma user_version = 99");
            statement.execute("create table cells (something text)");
        }
        try (var history = new History(file())) {
            history.add(1, "in memory", null);
            assertThat(codes(history.tail(1))).containsExactly("in memory");
        }
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = other.createStatement()) {
            assertThat(statement.executeQuery("select count(*) from cells").getInt(1))
                    .isZero();
        }
    }

    @Test
    void aFolderThatCannotBeMadeMeansAHistoryInMemory() throws IOException {
        Files.createDirectories(folder);
        Path inTheWay = Files.writeString(folder.resolve("state"), "a file where a folder should be");
        try (var history = new History(inTheWay.resolve("history.sqlite"))) {
            history.add(1, "in memory", null);
            assertThat(codes(history.tail(1))).containsExactly("in memory");
        }
    }

    @Test
    void aLockedFileHoldsNobodyUpAndLosesNothing() throws Exception {
        try (var history = new History(file())) {
            history.add(1, "before", null);
            assertThat(history.tail(1)).hasSize(1);
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
                    Statement statement = other.createStatement()) {
                statement.execute("begin immediate");
                long began = System.nanoTime();
                history.add(2, "meanwhile", null);
                assertThat(System.nanoTime() - began).isLessThan(TimeUnit.MILLISECONDS.toNanos(500));
                assertThat(codes(history.tail(5))).containsExactly("before");
                statement.execute("rollback");
            }
            assertThat(codes(history.tail(5))).containsExactly("before", "meanwhile");
        }
    }

    @Test
    void theFileDoesNotGrowForEver() {
        int limit = 1 << 20;
        String large = "x".repeat(10_000);
        for (int session = 0; session < 3; session++) {
            try (var history = new History(file(), limit)) {
                for (int i = 0; i < 150; i++) {
                    history.add(i, large + i, null);
                }
                assertThat(history.tail(1).getFirst().number()).isEqualTo(149);
            }
        }
        assertThat(file().toFile().length()).isLessThan(2L * limit);
        try (var history = new History(file(), limit)) {
            List<Entry> left = history.tail(10_000);
            assertThat(left).hasSizeBetween(50, 150);
            assertThat(left.getLast().code()).isEqualTo(large + 149);
        }
    }

    @Test
    void theEnvironmentSaysWhereItIs() {
        assertThat(HistoryFile.path(Map.of("NIBBLE_HISTORY", "off"), "/home/a")).isNull();
        assertThat(HistoryFile.path(Map.of("NIBBLE_HISTORY", "/x/h.db", "XDG_STATE_HOME", "/s"), "/home/a"))
                .isEqualTo(Path.of("/x/h.db"));
        assertThat(HistoryFile.path(Map.of("XDG_STATE_HOME", "/s"), "/home/a"))
                .isEqualTo(Path.of("/s/nibble/history.sqlite"));
        assertThat(HistoryFile.path(Map.of("XDG_STATE_HOME", "relative", "HOME", "/home/b"), "/home/a"))
                .isEqualTo(Path.of("/home/b/.local/state/nibble/history.sqlite"));
        assertThat(HistoryFile.path(Map.of(), "/home/a"))
                .isEqualTo(Path.of("/home/a/.local/state/nibble/history.sqlite"));
    }
}
