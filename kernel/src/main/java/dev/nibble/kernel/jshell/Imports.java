package dev.nibble.kernel.jshell;

import java.util.List;

/** What every session has imported when it starts, and how {@code %help} explains it. */
public final class Imports {
    /**
     * One import.
     *
     * @param name a package or class, as it stands in an import without the star
     * @param isStatic the static members of a class
     * @param says what it holds, for people; empty for the JDK's
     */
    public record Entry(String name, boolean isStatic, String says) {
        String line() {
            return "import " + (isStatic ? "static " : "") + name + ".*;";
        }
    }

    private static final List<Entry> ALL = List.of(
            jdk("java.util"),
            jdk("java.util.function"),
            jdk("java.util.stream"),
            jdk("java.nio.file"),
            jdk("java.io"),
            jdk("java.math"),
            library("core", "progress, stop requests, recipes"),
            library("tensor", "Matrix, statistics, seeded generators"),
            library("format", "number formats: Formats.parse(\"int4:g32\")"),
            library("format.minifloat", "small floating-point types: Minifloat.E4M3FN, Minifloat.all()"),
            library("checkpoint", "model files: Checkpoint.open(path)"),
            library(
                    "explain",
                    "Diff, Identify, Optimum: why files differ, what a file is, how far a block is from the best"),
            library("model", "models by name: Models.open(\"smollm2-135m\")"),
            library("metric", "Perplexity, Divergence, Accuracy, Datasets: what a model says"),
            library("compare", "Comparison: formats side by side on a model"),
            library("plot", "Tables and Charts of all of these"),
            new Entry("tech.tablesaw.api", false, "Table and its columns (Tablesaw)"),
            new Entry(
                    "dev.nibble.kernel.widget",
                    false,
                    "Interact, Step: controls that run code, traces to step through"),
            new Entry(
                    "dev.nibble.kernel.widget.Controls",
                    true,
                    "slider, range, choice, toggle, text, button, tabs, table"),
            new Entry(
                    "dev.nibble.kernel.cell.Notebook",
                    true,
                    "display(x), html, markdown, latex, image, check, clearOutput, nextInput, input, password, progress, seed, random"));

    private Imports() {}

    private static Entry jdk(String name) {
        return new Entry(name, false, "");
    }

    private static Entry library(String name, String says) {
        return new Entry("dev.nibble." + name, false, says);
    }

    /** Everything that is imported, in order. */
    public static List<Entry> all() {
        return ALL;
    }
}
