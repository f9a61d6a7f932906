package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A notebook file's content, in the terms of nbformat 4.5.
 *
 * @param metadata of the notebook: kernelspec, language, and whatever else the file holds
 * @param cells in order
 */
public record NotebookDocument(ObjectNode metadata, List<Cell> cells) {
    public NotebookDocument {
        cells = List.copyOf(cells);
    }

    /** What a cell holds. */
    public enum Kind {
        CODE,
        MARKDOWN,
        RAW;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param kind what it holds
     * @param id unique in the notebook
     * @param source its text
     * @param metadata tags and whatever else the file holds
     * @param attachments pictures of a Markdown cell by name, as MIME bundles; may be empty
     * @param executionCount null if it did not run
     * @param outputs as nbformat writes them
     */
    public record Cell(
            Kind kind,
            String id,
            String source,
            ObjectNode metadata,
            ObjectNode attachments,
            Integer executionCount,
            List<ObjectNode> outputs) {
        public Cell {
            outputs = List.copyOf(outputs);
        }

        public Cell withOutputs(Integer count, List<ObjectNode> results) {
            return new Cell(kind, id, source, metadata, attachments, count, results);
        }

        public boolean hasTag(String tag) {
            for (var each : metadata.path("tags")) {
                if (each.asText("").equals(tag)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Reads a notebook of format 4.
     *
     * @throws NotebookException if it is missing, too large, or none
     */
    public static NotebookDocument read(Path file) {
        return NotebookReader.read(file);
    }

    /** Writes it as nbformat 4.5 with sorted keys, as Jupyter does; nothing half-written stays behind. */
    public void write(Path file) {
        SafeFile.write(file, NotebookWriter.text(this));
    }

    /** The same notebook with other cells. */
    public NotebookDocument withCells(List<Cell> other) {
        return new NotebookDocument(metadata, other);
    }

    /** The first heading of a Markdown cell, or the given name if there is none. */
    public String title(String otherwise) {
        return cells.stream()
                .filter(c -> c.kind() == Kind.MARKDOWN)
                .flatMap(c -> c.source().lines())
                .filter(line -> line.startsWith("# "))
                .map(line -> line.substring(2).strip().replaceAll("[*`]", ""))
                .findFirst()
                .orElse(otherwise);
    }
}
