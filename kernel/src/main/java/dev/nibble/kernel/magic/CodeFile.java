package dev.nibble.kernel.magic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Code from a file or an address, as the cells that it holds.
 *
 * @param name the file's, for errors and headings
 * @param text all of it; of a notebook its cells with code, with empty lines between them
 * @param cells of a notebook its cells with code; of what {@code %save} wrote its cells; of anything else the whole text
 */
record CodeFile(String name, String text, List<Part> cells) {
    /** The line above a cell in a text. */
    private static final Pattern MARK = Pattern.compile("(?m)^// In\\[\\d+][ \\t]*$");

    private static final int MOST_BYTES = 16 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * A cell.
     *
     * @param code its text
     * @param above how many line ends of the file are before it; 0 in a notebook
     */
    record Part(String code, int above) {}

    CodeFile {
        cells = List.copyOf(cells);
    }

    /**
     * Reads it.
     *
     * @param where a path, or an address that begins with http
     * @throws Magic.UsageError if there is nothing to read
     */
    static CodeFile read(String where) throws IOException, InterruptedException {
        boolean address = where.matches("(?i)https?://.+");
        Path path = address ? null : OptionMagic.path(where);
        byte[] content = address ? fetch(where) : content(path);
        String name = address ? where.replaceFirst("[?#].*", "") : path.toString();
        name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String text = new String(content, StandardCharsets.UTF_8).replace("\r\n", "\n");
        if (text.indexOf('\0') >= 0) {
            throw new Magic.UsageError(where + " is no text");
        }
        if (isNotebook(name)) {
            List<String> cells = cells(where, text);
            return new CodeFile(
                    name,
                    String.join("\n\n", cells.stream().map(String::strip).toList()),
                    cells.stream().map(code -> new Part(code, 0)).toList());
        }
        return new CodeFile(name, text, marked(text));
    }

    private static boolean isNotebook(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".ipynb");
    }

    /** Whether the cells have a numbering of their own, and are not parts of one text. */
    boolean isNotebook() {
        return isNotebook(name);
    }

    /** The line that stands above a cell in a text. */
    static String mark(int number) {
        return "// In[" + number + "]";
    }

    private static List<Part> marked(String text) {
        Matcher mark = MARK.matcher(text);
        if (!mark.find() || !text.substring(0, mark.start()).isBlank()) {
            return List.of(new Part(text, 0));
        }
        var cells = new ArrayList<Part>();
        int above = lines(text.substring(0, mark.end()));
        int begin = mark.end();
        while (begin >= 0) {
            boolean more = mark.find();
            String code = text.substring(begin, more ? mark.start() : text.length());
            cells.add(new Part(code, above));
            above += lines(code); // the mark's own line ends in the next cell
            begin = more ? mark.end() : -1;
        }
        return cells;
    }

    private static int lines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    private static byte[] content(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new Magic.UsageError(
                    Files.isDirectory(path) ? path + " is a folder" : "there is no file " + path.toAbsolutePath());
        }
        if (Files.size(path) > MOST_BYTES) {
            throw new Magic.UsageError(path + " is too large for code");
        }
        return Files.readAllBytes(path);
    }

    private static byte[] fetch(String address) throws IOException, InterruptedException {
        try (var client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(PATIENCE)
                .build()) {
            var request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<java.io.InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new Magic.UsageError(address + ": the server answers " + answer.statusCode());
                }
                byte[] content = body.readNBytes(MOST_BYTES + 1);
                if (content.length > MOST_BYTES) {
                    throw new Magic.UsageError(address + " is too large for code");
                }
                return content;
            }
        } catch (IllegalArgumentException e) {
            throw new Magic.UsageError(address + " is no address: " + e.getMessage());
        } catch (IOException e) {
            throw new Magic.UsageError(address + " can not be fetched: " + e);
        }
    }

    private static List<String> cells(String where, String text) {
        try {
            JsonNode notebook = new ObjectMapper().readTree(text);
            var cells = new ArrayList<String>();
            for (JsonNode cell : notebook.path("cells")) {
                if (cell.path("cell_type").asText().equals("code")) {
                    var source = new StringBuilder(cell.path("source").asText(""));
                    cell.path("source").forEach(line -> source.append(line.asText()));
                    if (!source.toString().isBlank()) {
                        cells.add(source.toString());
                    }
                }
            }
            return cells;
        } catch (JsonProcessingException e) {
            throw new Magic.UsageError(where + " is no notebook: " + e.getOriginalMessage());
        }
    }
}
