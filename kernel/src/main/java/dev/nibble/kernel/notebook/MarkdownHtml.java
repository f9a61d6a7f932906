package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;

/**
 * Markdown cells as HTML that loads nothing: pictures are put inside (attachments, and files beside the notebook),
 * those on other machines become links, and of HTML in the text only harmless elements stay.
 */
final class MarkdownHtml {
    private static final long MAX_PICTURE = 10_000_000;
    private static final Map<String, String> TYPES = Map.of(
            "png", "image/png",
            "jpg", "image/jpeg",
            "jpeg", "image/jpeg",
            "gif", "image/gif",
            "webp", "image/webp",
            "svg", "image/svg+xml");
    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer RENDERER =
            HtmlRenderer.builder().extensions(EXTENSIONS).build();
    private static final Safelist SAFE = Safelist.relaxed()
            .addTags("details", "summary", "hr", "del", "s", "kbd", "mark", "figure", "figcaption")
            .addAttributes("code", "class")
            .addAttributes("td", "align")
            .addAttributes("th", "align")
            .addAttributes("details", "open")
            .addAttributes("a", "name", "id")
            .addAttributes("img", "alt", "title", "width", "height")
            .addProtocols("img", "src", "data")
            .preserveRelativeLinks(true);

    private final Path folder;
    private boolean formulas;

    /** @param folder where the notebook lies, or null if its pictures cannot be had */
    MarkdownHtml(Path folder) {
        this.folder = folder;
    }

    /** Whether any text had formulas. */
    boolean hasFormulas() {
        return formulas;
    }

    String of(String markdown) {
        return of(markdown, JsonNodeFactory.instance.objectNode());
    }

    String of(String markdown, ObjectNode attachments) {
        Formulas taken = new Formulas();
        String html = RENDERER.render(PARSER.parse(taken.takeOut(markdown)));
        Document document = Jsoup.parseBodyFragment(html, "notebook:/");
        document.outputSettings().prettyPrint(false);
        for (Element picture : document.select("img")) {
            embed(picture, attachments);
        }
        Document clean = new Cleaner(SAFE).clean(document);
        clean.outputSettings().prettyPrint(false);
        formulas |= taken.any();
        return taken.putBack(clean.body().html());
    }

    private void embed(Element picture, ObjectNode attachments) {
        String source = picture.attr("src").strip();
        String lower = source.toLowerCase(Locale.ROOT);
        if (lower.startsWith("data:image/")) {
            return;
        }
        if (lower.startsWith("attachment:")) {
            String name = decoded(source.substring("attachment:".length()));
            for (Map.Entry<String, JsonNode> type : attachments.path(name).properties()) {
                if (TYPES.containsValue(type.getKey())) {
                    picture.attr(
                            "src",
                            "data:" + type.getKey() + ";base64,"
                                    + type.getValue().asText(""));
                    return;
                }
            }
        }
        String data = lower.matches("[a-z][a-z0-9+.-]*:.*|//.*") ? null : file(decoded(source));
        if (data != null) {
            picture.attr("src", data);
            return;
        }
        String text = picture.attr("alt").isEmpty() ? source : picture.attr("alt");
        boolean elsewhere = lower.startsWith("http://") || lower.startsWith("https://");
        Element instead = new Element(elsewhere ? "a" : "em").text("[picture: " + text + "]");
        if (elsewhere) {
            instead.attr("href", source);
        }
        picture.replaceWith(instead);
    }

    /** The picture as a data address, if it is one and lies in the notebook's folder. */
    private String file(String source) {
        String type = TYPES.get(source.substring(source.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (folder == null || type == null) {
            return null;
        }
        try {
            Path root = folder.toRealPath();
            Path file = root.resolve(source).toRealPath();
            if (!file.startsWith(root) || Files.size(file) > MAX_PICTURE) {
                return null;
            }
            return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
        } catch (IOException | InvalidPathException e) {
            return null; // its alternative text stands in its place
        }
    }

    private static String decoded(String address) {
        try {
            return URLDecoder.decode(address.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return address;
        }
    }
}
