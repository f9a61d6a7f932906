package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.notebook.NotebookDocument.Cell;
import dev.nibble.kernel.notebook.NotebookDocument.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads .ipynb files of nbformat 4, whoever wrote them: texts as one string or as lines, ids or none. */
final class NotebookReader {
    private static final long MAX_BYTES = 500_000_000;
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final ObjectMapper JSON = mapper();

    private NotebookReader() {}

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder().build();
        // a picture is one string; the file's size bounds it
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength((int) MAX_BYTES)
                        .maxNestingDepth(200)
                        .build());
        return mapper;
    }

    static NotebookDocument read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new NotebookException(file + ": there is no such file");
        }
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new NotebookException(file + ": has " + size + " bytes, more than a notebook may have ("
                        + MAX_BYTES + "); clear its outputs");
            }
            JsonNode root = JSON.readTree(file.toFile());
            return document(file, root);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new NotebookException(file + ": not a notebook: JSON ends or breaks" + where, e);
        } catch (IOException e) {
            throw new NotebookException(file + ": cannot be read: " + e, e);
        }
    }

    private static NotebookDocument document(Path file, JsonNode root) {
        if (root == null || !root.isObject() || !root.path("nbformat").isInt()) {
            throw new NotebookException(file + ": not a notebook: expected a JSON object with \"nbformat\"");
        }
        int major = root.path("nbformat").intValue();
        if (major != 4) {
            throw new NotebookException(file + ": written in notebook format " + major
                    + ", only 4 is read; open and save it in JupyterLab to convert it");
        }
        if (!root.path("cells").isArray()) {
            throw new NotebookException(file + ": not a notebook: expected an array \"cells\"");
        }
        List<Cell> cells = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (JsonNode node : root.path("cells")) {
            cells.add(cell(file, node, cells.size(), ids));
        }
        return new NotebookDocument(object(root.path("metadata")), cells);
    }

    private static Cell cell(Path file, JsonNode node, int index, Set<String> ids) {
        String where = file + ": cell " + (index + 1);
        Kind kind = switch (node.path("cell_type").asText("")) {
            case "code" -> Kind.CODE;
            case "markdown" -> Kind.MARKDOWN;
            case "raw" -> Kind.RAW;
            default ->
                throw new NotebookException(where + ": is of type \""
                        + node.path("cell_type").asText("") + "\", expected code, markdown or raw");
        };
        String source = text(node.path("source"), where + ": \"source\"");
        String id = node.path("id").asText("");
        if (!ID.matcher(id).matches() || !ids.add(id)) {
            id = freshId(index, source, ids);
        }
        List<ObjectNode> outputs = new ArrayList<>();
        for (JsonNode output : node.path("outputs")) {
            if (output instanceof ObjectNode object) {
                outputs.add(object);
            }
        }
        JsonNode count = node.path("execution_count");
        return new Cell(
                kind,
                id,
                source,
                object(node.path("metadata")),
                object(node.path("attachments")),
                count.isInt() ? count.intValue() : null,
                outputs);
    }

    /** From place and text, so that the same file gets the same ids each time. */
    private static String freshId(int index, String source, Set<String> ids) {
        int salt = 0;
        String id;
        do {
            id = String.format(Locale.ROOT, "%08x", (source + '\n' + index + '\n' + salt++).hashCode());
        } while (!ids.add(id));
        return id;
    }

    private static ObjectNode object(JsonNode node) {
        return node instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
    }

    /** One string or a list of lines. */
    static String text(JsonNode node, String what) {
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isMissingNode()) {
            return "";
        }
        if (!node.isArray()) {
            throw new NotebookException(what + " is neither text nor a list of lines");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode line : node) {
            text.append(line.asText(""));
        }
        return text.toString();
    }
}
